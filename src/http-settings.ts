import { isIP } from 'node:net';
import { z } from 'zod';
import { abouts, list, onOff, text, whole } from './setting-forms.ts';

const HTTP_URL = /^https?:\/\/[^\s?#@]+$/i;

/** The settings of clients over HTTP. */
export const httpSettings = {
  http: onOff('Serve many clients over HTTP, at /mcp and /sse, instead of one over stdin and stdout'),
  host: z
    .string()
    .refine((host) => host === 'localhost' || isIP(host) !== 0)
    .default('127.0.0.1')
    .register(abouts, {
      kind: 'text',
      allowed: 'an IP address of this machine, or localhost',
      description: 'Address that HTTP clients reach; one that is not loopback demands tokens or OAuth',
    }),
  port: whole([0, 65_535], 3917, {
    description: 'TCP port of HTTP; 0 takes a free one, which the log names',
  }),
  auth_token_file: text(/./, 'the path of a file with one NAME:TOKEN a line', {
    description: 'Bearer tokens of HTTP clients, one of which each request must bring',
    unset: 'none',
  }),
  auth_tokens: list(/^[\w.-]{1,64}:[\w.~+/-]{16,512}=*$/, 1000, {
    items: 'NAME:TOKEN, each token of 16 characters or more',
    description: 'The same as auth_token_file, given directly',
    isSecret: true,
  }),
  public_url: text(
    /^https?:\/\/[^/\s?#@]+$/i,
    'an origin without a path, such as https://sandcell.example.com',
    {
      description: 'What clients reach this server by; its host is answered like those of allowed_hosts',
      unset: 'http, host and port',
    },
  ),
  oauth_issuer: text(HTTP_URL, 'the URL of an authorization server, such as https://login.example.com', {
    description:
      'Authorization server whose access tokens (JWT) are taken, beside tokens of the other settings',
    unset: 'none',
  }),
  oauth_jwks_url: text(HTTP_URL, 'the URL of a JSON Web Key Set', {
    description: 'Where the public keys of the issuer are',
    unset: 'what the metadata of the issuer says',
  }),
  oauth_audience: text(/^[\x21-\x7e]{1,512}$/, 'a text without blanks', {
    description: 'Audience that an access token must be for',
    unset: 'public_url with /mcp or /sse',
  }),
  oauth_scopes: list(/^[\x21\x23-\x2b\x2d-\x5b\x5d-\x7e]{1,128}$/, 100, {
    items: 'scopes, such as sandcell:run',
    description: 'Scopes that an access token must have, all of them',
  }),
  allowed_hosts: list(/^(\[[\da-f:.]+\]|[a-z\d.-]+)$/i, 100, {
    items: 'host names without a port, such as sandcell.example.com',
    description: 'Names in a Host header that are answered, beside loopback and the address that was reached',
  }),
  allowed_origins: list(/^[a-z][a-z\d+.-]*:\/\/[^/\s]+$/i, 100, {
    items: 'origins, such as https://app.example.com',
    description: 'Web pages whose requests are answered, beside those of this machine',
  }),
  request_timeout_ms: whole([100, 3_600_000], 30_000, {
    description: 'Time in which an HTTP request must have arrived, body and all',
    unit: 'ms',
  }),
  max_requests_per_minute: whole([1, 1_000_000], 6000, {
    description: 'HTTP requests of one token, or of one address where no tokens are set',
  }),
  max_connections: whole([1, 65_536], 4096, {
    description: 'TCP connections of HTTP clients at one time; one more is closed',
  }),
  max_sessions_per_principal: whole([1, 65_536], 64, {
    description: 'Sessions of one token at one time',
  }),
  max_open_requests: whole([1, 65_536], 1024, {
    description: 'Unanswered HTTP requests and open streams of one token, or of one address',
  }),
};
