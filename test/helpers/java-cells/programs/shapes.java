import java.util.*;

public class Shapes {
  static String describe(Shape shape) {
    if (shape instanceof Circle c) return "circle of " + c.radius();
    if (shape instanceof Rectangle r) return r.width() + " by " + r.height();
    return "unknown";
  }

  public static void main(String[] args) throws Exception {
    List<Shape> shapes = new ArrayList<>(List.of(new Circle(1), new Rectangle(2, 3)));
    for (Shape shape : shapes) System.out.println(describe(shape));
    // ---
    shapes.add(new Rectangle(1, 1));
    double area = 0;
    for (Shape shape : shapes) area += shape.area();
    System.out.println(String.format(Locale.ROOT, "%.3f", area));
    // ---
    shapes.sort(Comparator.comparingDouble(Shape::area));
    System.out.println(shapes);
    // ---
    System.out.println(new HashSet<>(List.of(new Circle(2), new Rectangle(2, 2))).contains(new Circle(2)));
  }
}

sealed interface Shape permits Circle, Rectangle {
  double area();
}

record Circle(int radius) implements Shape {
  public double area() {
    return Math.PI * radius * radius;
  }
}

record Rectangle(int width, int height) implements Shape {
  public double area() {
    return width * height;
  }
}
