import { chownSync, cpSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { asEachUser, type HostUser, openBystander } from '../helpers/attacks.ts';
import type { TestServer } from '../helpers/server.ts';

/** What a hostile cell tries, in Java and in Go; each prints what it got, one word a line. */
const ATTACKS = {
  java: {
    writes: (path: string) =>
      `try { java.nio.file.Files.writeString(Path.of("${path}"), "x"); System.out.println("written"); } catch (IOException e) { System.out.println("refused"); }`,
    lists: (path: string) =>
      `String[] names = new File("${path}").list(); System.out.println(names == null ? "nothing" : String.join(" ", names));`,
    connects:
      'try { new Socket().connect(new InetSocketAddress("192.0.2.1", 80), 2000); System.out.println("connected"); } catch (IOException e) { System.out.println("refused"); }',
    environment:
      'System.out.println(System.getenv().keySet().stream().anyMatch(k -> k.startsWith("SANDCELL")) ? "token" : "clean");',
    root: 'System.out.println(java.nio.file.Files.readString(Path.of("/proc/self/status")).lines().filter(l -> l.startsWith("Uid") || l.startsWith("CapEff") || l.startsWith("Seccomp:")).map(l -> l.replaceAll("\\\\s+", " ")).collect(Collectors.joining("\\n")));',
  },
  go: {
    writes: (path: string) =>
      `import ("fmt"; "os")\nif err := os.WriteFile("${path}", []byte("x"), 0o644); err != nil { fmt.Println("refused") } else { fmt.Println("written") }`,
    lists: (path: string) =>
      `import ("fmt"; "os"; "strings")\nentries, err := os.ReadDir("${path}")\nvar found []string\nfor _, e := range entries { found = append(found, e.Name()) }\nif err != nil { fmt.Println("nothing") } else { fmt.Println(strings.Join(found, " ")) }`,
    connects:
      'import ("fmt"; "net"; "time")\nif _, err := net.DialTimeout("tcp", "192.0.2.1:80", 2*time.Second); err != nil { fmt.Println("refused") } else { fmt.Println("connected") }',
    environment:
      'import ("fmt"; "os"; "strings")\nif strings.Contains(strings.Join(os.Environ(), " "), "SANDCELL") { fmt.Println("token") } else { fmt.Println("clean") }',
    root: 'import ("fmt"; "os"; "strings")\nstatus, _ := os.ReadFile("/proc/self/status")\nfor _, l := range strings.Split(string(status), "\\n") { if strings.HasPrefix(l, "Uid") || strings.HasPrefix(l, "CapEff") || strings.HasPrefix(l, "Seccomp:") { fmt.Println(strings.Join(strings.Fields(l), " ")) } }',
  },
} as const;

asEachUser((user) => {
  let server: TestServer;
  let bystander: Awaited<ReturnType<typeof openBystander>>;

  beforeAll(async () => {
    lendPreparations(user);
    server = await user.startServer([], { SANDCELL_GO_STRATEGY: 'stock' });
    bystander = await openBystander(server);
  });

  afterAll(async () => {
    expect(await bystander.isUnharmed()).toBe(true);
    await server[Symbol.asyncDispose]();
  });

  describe.each(['java', 'go'] as const)('%s', (language) => {
    const attacks = ATTACKS[language];
    const printed = async (code: string): Promise<string> => {
      const { status, stdout, error } = await server.run({ language }, code);
      expect(error).toBeNull();
      expect(status).toBe('ok');
      return stdout.trimEnd();
    };

    test.each([
      '/usr/x',
      '/etc/x',
      '/opt/sandcell/x',
      '/opt/sandcell/guests/x',
      '/opt/sandcell/prepared/x',
      '/run/sandcell/x',
    ])('cannot write %s', async (path) => {
      expect(await printed(attacks.writes(path))).toBe('refused');
    });

    test('cannot change what kernels run from', async () => {
      const prepared = (await printed(attacks.lists('/opt/sandcell/prepared'))).split(' ');
      expect(prepared.length).toBeGreaterThan(0);
      for (const name of prepared)
        expect(await printed(attacks.writes(`/opt/sandcell/prepared/${name}/x`))).toBe('refused');
    });

    test.each(['/var', '/boot', '/srv'])('sees nothing in %s', async (path) => {
      expect(['', 'nothing']).toContain(await printed(attacks.lists(path)));
    });

    test('sees no home but its own', async () => {
      expect(await printed(attacks.lists('/home'))).toBe('user');
    });

    test('reaches no network', async () => {
      expect(await printed(attacks.connects)).toBe('refused');
    });

    test('finds no token of the server in its environment', async () => {
      expect(await printed(attacks.environment)).toBe('clean');
    });

    test('has no capabilities, is filtered and is nobody of the host', async () => {
      const said = await printed(attacks.root);
      expect(said).toContain('Uid: 1000 1000 1000 1000');
      expect(said).toMatch(/CapEff: 0+$/m);
      expect(said).toContain('Seccomp: 2');
    });
  });
});

/** Another user's server would prepare its own kernels first, for half a minute: it gets a copy of what there is. */
function lendPreparations({ uid, home }: HostUser): void {
  if (uid === process.getuid?.()) return;
  const cache = join(homedir(), '.cache/sandcell/prepared');
  const target = join(home, '.cache/sandcell/prepared');
  mkdirSync(target, { recursive: true });
  for (const folder of ['.cache', '.cache/sandcell', '.cache/sandcell/prepared'])
    chownSync(join(home, folder), uid, uid);
  const changedAtMs = (name: string): number => statSync(join(cache, name)).mtimeMs;
  const newestFirst = readdirSync(cache).sort((a, b) => changedAtMs(b) - changedAtMs(a));
  for (const kind of ['go-stock-', 'java-']) {
    const name = newestFirst.find((one) => one.startsWith(kind));
    if (name !== undefined) cpSync(join(cache, name), join(target, name), { recursive: true });
  }
}
