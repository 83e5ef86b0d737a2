package main

import (
	"errors"
	"fmt"
	"sort"
)

var errFunds = errors.New("insufficient funds")

type account struct {
	owner   string
	balance int
	history []int
}

type limitError struct{ wanted, limit int }

func (e *limitError) Error() string {
	return fmt.Sprintf("%d is over the limit of %d", e.wanted, e.limit)
}

func (a *account) deposit(amount int) {
	a.balance += amount
	a.history = append(a.history, amount)
}

func (a *account) withdraw(amount int) error {
	switch {
	case amount > 1000:
		return &limitError{amount, 1000}
	case amount > a.balance:
		return fmt.Errorf("withdraw %d from %s: %w", amount, a.owner, errFunds)
	}
	a.deposit(-amount)
	return nil
}

func main() {
	accounts := map[string]*account{}
	for _, owner := range []string{"zoe", "adam"} {
		accounts[owner] = &account{owner: owner}
	}
	// ---
	accounts["zoe"].deposit(500)
	accounts["adam"].deposit(50)
	// ---
	err := accounts["adam"].withdraw(100)
	fmt.Println(err, errors.Is(err, errFunds))
	// ---
	err = accounts["zoe"].withdraw(2000)
	var limit *limitError
	if errors.As(err, &limit) {
		fmt.Println("limit", limit.limit, limit)
	}
	// ---
	fmt.Println(accounts["zoe"].withdraw(120))
	owners := make([]string, 0, len(accounts))
	for owner := range accounts {
		owners = append(owners, owner)
	}
	sort.Strings(owners)
	// ---
	for _, owner := range owners {
		fmt.Printf("%-5s %5d %v\n", owner, accounts[owner].balance, accounts[owner].history)
	}
}
