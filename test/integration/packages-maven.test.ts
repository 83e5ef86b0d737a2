import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findCommand } from '../../src/processes/system-commands.ts';
import { startServer, type TestServer } from '../helpers/server.ts';

/** Puts test:one 1.0 and 2.0, and test:two, which depends on test:one 1.0, where Maven keeps what it has downloaded. */
const REPOSITORY = `set -e
pom() { echo "<project><modelVersion>4.0.0</modelVersion><groupId>test</groupId><artifactId>$1</artifactId><version>$2</version>$3</project>"; }
publish() { # class version dependencies
  name=$(echo "$1" | tr A-Z a-z) folder=~/.m2/repository/test/$name/$2
  mkdir -p "/tmp/classes/$1$2/$name" "$folder"
  echo "package $name; public class $1 { public static String v() { return \\"$name $2\\"; } }" > "/tmp/classes/$1$2/$name/$1.java"
  cd "/tmp/classes/$1$2" && javac "$name/$1.java" && jar cf "$folder/$name-$2.jar" "$name/$1.class"
  pom "$name" "$2" "$3" > "$folder/$name-$2.pom"
}
publish One 1.0 && publish One 2.0
publish Two 1.0 '<dependencies><dependency><groupId>test</groupId><artifactId>one</artifactId><version>1.0</version></dependency></dependencies>'`;

describe('packages of Java, from a local repository', () => {
  let server: TestServer;
  const java = { language: 'java' };

  beforeAll(async () => {
    if (findCommand('mvn', process.env['PATH']) === undefined) throw new Error('these tests need Maven');
    server = await startServer(['--network', 'none']);
    expect(await server.run({ language: 'bash' }, REPOSITORY)).toMatchObject({ status: 'ok' });
  });

  afterAll(async () => {
    await server[Symbol.asyncDispose]();
  });

  test('%maven brings a jar and what it depends on into the living context', async () => {
    await server.run(java, 'int kept = 7;');
    expect(await server.run(java, 'two.Two.v()')).toMatchObject({ status: 'error' });

    const { result, stdout, error } = await server.run(
      java,
      '// two and one\n%maven test:two:1.0\nimport two.Two;\nTwo.v() + ", " + one.One.v() + ", " + kept',
    );

    expect([result, error]).toEqual(['"two 1.0, one 1.0, 7"', null]);
    expect(stdout).toContain('added to the class path: test:two:1.0, test:one:1.0');
  });

  test('of two versions the first stays, and that is said', async () => {
    const { result, notes } = await server.run(java, '%maven test:one:2.0\none.One.v()');

    expect(result).toBe('"one 1.0"');
    expect(notes.join()).toContain('test:one stays at version 1.0');
  });

  test.each([
    [
      'what is nowhere',
      '%maven test:three:1.0',
      /test:three:jar:1\.0[^]*no network \(setting network: none\)/,
    ],
    ['half of a name', '%maven test:one', /test:one is not of the form group:artifact:version/],
    ['no name', '%maven', /takes group:artifact:version/],
    ['a path', '%maven ../x:../y:1', /is not of the form/],
  ])('%s is an error at its line, and nothing of the cell runs', async (_, line, message) => {
    const { status, state, error, stdout } = await server.run(java, `System.out.println("no");\n${line}`);

    expect([status, state, stdout]).toEqual(['error', 'kept', '']);
    expect(error).toMatchObject({ name: 'InstallError', line: 2 });
    expect(error?.message).toMatch(message);
  });

  test('a text block with such a line, a comment and a remainder are left alone', async () => {
    const { result, error } = await server.run(
      java,
      'int maven = 5;\nString text = """\n  %maven a:b:1\n  """;\n/*\n%maven a:b:1\n*/\ntext.length() + 17\n  % maven',
    );

    expect([result, error]).toEqual(['15', null]);
  });

  test('the settings of the machine, with their credentials, are not those that Maven finds', async () => {
    const { stdout } = await server.run(
      { language: 'bash' },
      'mvn -v | head -1; cat /etc/maven/settings.xml "$(dirname "$(dirname "$(realpath "$(command -v mvn)")")")"/conf/settings.xml 2>/dev/null',
    );

    expect(stdout).toContain('Apache Maven');
    expect(stdout).toContain('<url>${env.HTTP_PROXY}/maven/</url>');
    expect(stdout).not.toContain('<server>');
  });
});
