import { java, type JavaSequence } from './sequence.ts';

export const library: readonly JavaSequence[] = [
  {
    title: 'uses streams and collectors',
    cells: [
      {
        code: 'record Sale(String city, int sum) {}\nvar sales = List.of(new Sale("Rome", 3), new Sale("Oslo", 5), new Sale("Rome", 4));',
      },
      {
        code: 'sales.stream().collect(Collectors.groupingBy(Sale::city, TreeMap::new, Collectors.summingInt(Sale::sum)))',
        result: '{Oslo=5, Rome=7}',
      },
      {
        code: 'sales.stream().sorted(Comparator.comparing(Sale::sum).reversed()).map(Sale::city).distinct().toList()',
        result: '[Oslo, Rome]',
      },
      {
        code: 'IntStream.iterate(1, n -> n * 2).limit(8).boxed().collect(Collectors.toList())',
        result: '[1, 2, 4, 8, 16, 32, 64, 128]',
      },
    ],
  },
  {
    title: 'uses files',
    cells: [
      {
        code: 'Path file = Path.of("notes.txt");\nFiles.writeString(file, "a\\nb\\n");\nFiles.readAllLines(file)',
        result: '[a, b]',
      },
      { code: 'file.toAbsolutePath()', result: '/workspace/notes.txt' },
      { code: 'try (var lines = Files.lines(file)) { System.out.println(lines.count()); }', stdout: '2\n' },
    ],
  },
  {
    title: 'uses text, dates and numbers',
    cells: [
      { code: 'String.format(Locale.ROOT, "%05.1f|%-4s|%x", 3.14159, "ab", 255)', result: '"003.1|ab  |ff"' },
      { code: 'Pattern.compile("(\\\\w)(\\\\d+)").matcher("a12 b3").replaceAll("$2$1")', result: '"12a 3b"' },
      { code: 'java.time.LocalDate.parse("2024-02-29").plusYears(1)', result: '2025-02-28' },
      {
        code: 'new BigDecimal("1").divide(new BigDecimal("3"), 5, java.math.RoundingMode.HALF_UP)',
        result: '0.33333',
      },
      {
        code: '"a,b,,c".split(",").length + " ".repeat(2) + String.join("-", List.of("x", "y"))',
        result: '"4  x-y"',
      },
    ],
  },
  {
    title: 'uses reflection, serialization and class loading by name',
    cells: [
      { code: 'class Bean implements Serializable { int n = 5; int getN() { return n; } }' },
      { code: 'Bean.class.getDeclaredMethod("getN").invoke(new Bean())', result: '5' },
      {
        code: java`
          var sink = new ByteArrayOutputStream();
          new ObjectOutputStream(sink).writeObject(new Bean());
          var source = new ObjectInputStream(new ByteArrayInputStream(sink.toByteArray()));
          ((Bean) source.readObject()).n
        `,
        result: '5',
      },
      { code: 'Class.forName(Bean.class.getName()) == Bean.class', result: 'true' },
    ],
  },
  {
    title: 'uses what stands beside java.base',
    cells: [
      { code: 'java.sql.Date.valueOf("2024-01-02")', result: '2024-01-02' },
      { code: 'java.net.http.HttpClient.newHttpClient().version()', result: 'HTTP_2' },
      { code: 'java.util.logging.Logger.getLogger("x").getName()', result: '"x"' },
    ],
  },
];
