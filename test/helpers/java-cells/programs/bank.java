import java.util.*;

public class Bank {
  static int transfers = 0;

  static void transfer(Account from, Account to, int amount) {
    from.withdraw(amount);
    to.deposit(amount);
    transfers++;
  }

  public static void main(String[] args) throws Exception {
    Account alice = new Account("alice", 100);
    Account bob = new Account("bob", 20);
    System.out.println(alice + " " + bob);
    // ---
    transfer(alice, bob, 70);
    System.out.println(alice + " " + bob + " " + transfers);
    // ---
    try {
      transfer(alice, bob, 70);
    } catch (InsufficientFunds e) {
      System.out.println("refused: " + e.getMessage());
    }
    // ---
    System.out.println(transfers + " " + (alice.balance() + bob.balance()));
  }
}

class InsufficientFunds extends RuntimeException {
  InsufficientFunds(int missing) {
    super("missing " + missing);
  }
}

class Account {
  private final String owner;
  private int balance;

  Account(String owner, int balance) {
    this.owner = owner;
    this.balance = balance;
  }

  int balance() {
    return balance;
  }

  void deposit(int amount) {
    balance += amount;
  }

  void withdraw(int amount) {
    if (amount > balance) throw new InsufficientFunds(amount - balance);
    balance -= amount;
  }

  @Override
  public String toString() {
    return owner + "=" + balance;
  }
}
