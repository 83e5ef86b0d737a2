import java.util.*;
import java.util.function.*;

public class Tree {
  static <T extends Comparable<T>> Node<T> of(List<T> values) {
    Node<T> root = null;
    for (T value : values) root = Node.insert(root, value);
    return root;
  }

  public static void main(String[] args) throws Exception {
    Node<Integer> numbers = of(List.of(5, 2, 8, 1, 9, 3));
    List<Integer> sorted = new ArrayList<>();
    numbers.walk(sorted::add);
    System.out.println(sorted);
    // ---
    System.out.println(numbers.depth());
    // ---
    Node<String> names = of(List.of("m", "c", "x"));
    names.walk(System.out::print);
    System.out.println();
    // ---
    Node.insert(numbers, 4);
    int[] sum = {0};
    numbers.walk(n -> sum[0] += n);
    System.out.println(sum[0]);
  }
}

class Node<T extends Comparable<T>> {
  final T value;
  Node<T> left, right;

  Node(T value) {
    this.value = value;
  }

  static <T extends Comparable<T>> Node<T> insert(Node<T> node, T value) {
    if (node == null) return new Node<>(value);
    if (value.compareTo(node.value) < 0) node.left = insert(node.left, value);
    else node.right = insert(node.right, value);
    return node;
  }

  void walk(Consumer<? super T> visit) {
    if (left != null) left.walk(visit);
    visit.accept(value);
    if (right != null) right.walk(visit);
  }

  int depth() {
    return 1 + Math.max(left == null ? 0 : left.depth(), right == null ? 0 : right.depth());
  }
}
