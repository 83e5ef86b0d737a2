import path from 'node:path';
import { type Environment, homeOf } from '../user-folders.ts';
import type { RuntimeKind } from './runtimes.ts';

/** Where runtimes of a kind may be: absolute paths in which `*` stands for any part of one component. */
export function installationsOf(kind: RuntimeKind, env: Environment): string[] {
  return INSTALLATIONS[kind](env, foldersOf(env));
}

type Folders = ReturnType<typeof foldersOf>;

function foldersOf(env: Environment) {
  const home = homeOf(env);
  const data = env['XDG_DATA_HOME'] ?? `${home}/.local/share`;
  return {
    home,
    data,
    asdf: `${env['ASDF_DATA_DIR'] ?? `${home}/.asdf`}/installs`,
    mise: `${env['MISE_DATA_DIR'] ?? `${data}/mise`}/installs`,
    rye: `${env['RYE_HOME'] ?? `${home}/.rye`}/py`,
    brew: env['HOMEBREW_PREFIX'] ?? '/home/linuxbrew/.linuxbrew',
  };
}

const CONDA_FOLDERS = ['miniconda3', 'anaconda3', 'miniforge3', 'mambaforge', 'micromamba'];

const INSTALLATIONS: Readonly<Record<RuntimeKind, (env: Environment, folders: Folders) => string[]>> = {
  python: (env, { home, data, asdf, mise, rye, brew }) => [
    '/usr/bin/python3*',
    '/usr/local/bin/python3*',
    '/opt/python*/bin/python3',
    '/opt/python/*/bin/python3',
    `${env['PYENV_ROOT'] ?? `${home}/.pyenv`}/versions/*/bin/python3`,
    `${env['UV_PYTHON_INSTALL_DIR'] ?? `${data}/uv/python`}/*/bin/python3`,
    `${asdf}/python/*/bin/python3`,
    `${mise}/python/*/bin/python3`,
    `${rye}/*/bin/python3`,
    `${rye}/*/install/bin/python3`,
    `${brew}/bin/python3*`,
    ...CONDA_FOLDERS.flatMap((name) => [`${home}/${name}`, `/opt/${name}`]).flatMap((root) => [
      `${root}/bin/python3`,
      `${root}/envs/*/bin/python3`,
    ]),
  ],
  node: (env, { home, data, asdf, mise, brew }) => [
    `${path.dirname(process.execPath)}/node`,
    '/usr/bin/node',
    '/usr/local/bin/node',
    '/opt/node*/bin/node',
    `${env['NVM_DIR'] ?? `${home}/.nvm`}/versions/node/*/bin/node`,
    `${env['FNM_DIR'] ?? `${data}/fnm`}/node-versions/*/installation/bin/node`,
    `${env['VOLTA_HOME'] ?? `${home}/.volta`}/tools/image/node/*/bin/node`,
    `${asdf}/nodejs/*/bin/node`,
    `${mise}/node/*/bin/node`,
    `${env['N_PREFIX'] ?? '/usr/local'}/n/versions/node/*/bin/node`,
    `${brew}/bin/node`,
    `${brew}/opt/node@*/bin/node`,
  ],
  java: (env, { home, asdf, mise, brew }) => [
    ...(env['JAVA_HOME'] === undefined ? [] : [`${env['JAVA_HOME']}/bin/java`]),
    '/usr/bin/java',
    ...['/usr/lib/jvm', '/usr/lib64/jvm', '/usr/java', '/opt/java', '/usr/local/java'].map(inEach),
    '/opt/jdk*/bin/java',
    '/opt/graalvm*/bin/java',
    inEach(`${env['SDKMAN_DIR'] ?? `${home}/.sdkman`}/candidates/java`),
    ...[`${home}/.jdks`, `${home}/.gradle/jdks`, `${home}/.jabba/jdk`].map(inEach),
    inEach(`${asdf}/java`),
    inEach(`${mise}/java`),
    `${brew}/opt/openjdk*/bin/java`,
  ],
  go: (env, { home, asdf, mise, brew }) => [
    ...(env['GOROOT'] === undefined ? [] : [`${env['GOROOT']}/bin/go`]),
    '/usr/bin/go',
    '/usr/local/bin/go',
    '/usr/local/go*/bin/go',
    '/usr/lib/go*/bin/go',
    '/usr/lib/golang/bin/go',
    '/opt/go*/bin/go',
    `${home}/sdk/go*/bin/go`,
    `${home}/.local/go*/bin/go`,
    `${env['GOPATH'] ?? `${home}/go`}/pkg/mod/golang.org/toolchain@*/bin/go`,
    `${home}/.gvm/gos/*/bin/go`,
    `${env['GOENV_ROOT'] ?? `${home}/.goenv`}/versions/*/bin/go`,
    `${asdf}/golang/*/go/bin/go`,
    `${mise}/go/*/bin/go`,
    `${brew}/opt/go*/libexec/bin/go`,
  ],
  bash: (_env, { brew }) => ['/bin/bash', '/usr/bin/bash', '/usr/local/bin/bash', `${brew}/bin/bash`],
};

function inEach(folder: string): string {
  return `${folder}/*/bin/java`;
}
