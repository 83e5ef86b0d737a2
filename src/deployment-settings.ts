import { z } from 'zod';
import { abouts, oneOf, text, whole } from './setting-forms.ts';

/** The driver, and settings of the driver opensandbox: where the deployment is, and what it is asked for. */
export const deploymentSettings = {
  driver: oneOf(
    ['bubblewrap', 'opensandbox'],
    'bubblewrap',
    'What isolates the sandboxes: bubblewrap on this machine, or an OpenSandbox deployment elsewhere',
  ),
  domain: z
    .string()
    .regex(/^[^\s/?#@]+(\/[^\s?#@]*)?$/)
    .default('localhost:8080')
    .register(abouts, {
      kind: 'text',
      allowed:
        'a host with its port, and a path where there is one, such as sandboxes.example.com or localhost:8080',
      description: 'OpenSandbox deployment that the driver opensandbox uses',
    }),
  protocol: oneOf(['http', 'https'], 'http', 'How the deployment is reached'),
  api_key_file: text(/./, 'the path of a file with the key on one line', {
    description: 'API key of the deployment',
    unset: 'none',
  }),
  api_key: text(/^[\x21-\x7e]{1,4096}$/, 'a key without blanks', {
    description: 'The same as api_key_file, given directly',
    isSecret: true,
  }),
  image: z
    .string()
    .regex(/^\S{1,512}$/)
    .default('opensandbox/code-interpreter:v1.1.0')
    .register(abouts, {
      kind: 'text',
      allowed: 'the name of an image',
      description:
        'Image of the sandboxes on a deployment: that of the code interpreter, or one made from it',
    }),
  entrypoint: z
    .array(z.string().regex(/./))
    .min(1)
    .max(64)
    .default(() => ['/opt/code-interpreter/code-interpreter.sh'])
    .register(abouts, {
      kind: 'list',
      allowed: 'a command and its arguments, 64 at most',
      description: 'What a sandbox of a deployment starts; it belongs to the image',
    }),
  use_server_proxy: oneOf(
    ['on', 'off'],
    'on',
    'Whether sandboxes of a deployment are reached through its server: without it some answers are cut short',
  ),
  expiry_seconds: whole([60, 86_400], 600, {
    description:
      'Time after which a deployment removes a sandbox that this server no longer renews, as after a crash',
    unit: 's',
  }),
  call_timeout_ms: whole([1000, 600_000], 30_000, {
    description: 'Time in which a deployment must answer a call; cells have limits of their own',
    unit: 'ms',
  }),
  deployment_connections: whole([8, 65_536], 256, {
    description: 'Connections to one address of a deployment; each cell that runs takes one',
  }),
};
