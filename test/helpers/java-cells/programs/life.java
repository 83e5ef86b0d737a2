import java.util.*;

public class Life {
  static boolean[][] next(boolean[][] now) {
    int n = now.length;
    boolean[][] next = new boolean[n][n];
    for (int y = 0; y < n; y++) {
      for (int x = 0; x < n; x++) {
        int around = neighbours(now, y, x);
        next[y][x] = around == 3 || now[y][x] && around == 2;
      }
    }
    return next;
  }

  static int neighbours(boolean[][] grid, int y, int x) {
    int n = grid.length, count = 0;
    for (int dy = -1; dy <= 1; dy++)
      for (int dx = -1; dx <= 1; dx++)
        if ((dy != 0 || dx != 0) && grid[(y + dy + n) % n][(x + dx + n) % n]) count++;
    return count;
  }

  static String show(boolean[][] grid) {
    StringBuilder out = new StringBuilder();
    for (boolean[] row : grid) {
      for (boolean cell : row) out.append(cell ? '#' : '.');
      out.append('\n');
    }
    return out.toString();
  }

  public static void main(String[] args) throws Exception {
    boolean[][] grid = new boolean[6][6];
    for (int[] p : new int[][] {{0, 1}, {1, 2}, {2, 0}, {2, 1}, {2, 2}}) grid[p[0]][p[1]] = true;
    System.out.print(show(grid));
    // ---
    grid = next(grid);
    System.out.print(show(grid));
    // ---
    for (int i = 0; i < 10; i++) grid = next(grid);
    System.out.print(show(grid));
    // ---
    int alive = 0;
    for (boolean[] row : grid) for (boolean cell : row) if (cell) alive++;
    System.out.println(alive + " alive");
  }
}
