import { describe, expect, test } from 'vitest';
import { compareVersions, isAtLeast, matchesVersion, mayMatchVersion } from '../../src/kernels/versions.ts';

describe('matchesVersion', () => {
  test.each([
    ['3.11.7', '3.11'],
    ['3.11.7', '3.11.7'],
    ['3.11.7', '3'],
    ['3.11.7', ''],
    ['20.20.2', 'v20'],
    ['20.20.2', ' 20.20 '],
    ['24.0.0-nightly2025', '24.0.0'],
    ['3.15.0a1', '3.15'],
  ])('%s is a %s', (version, prefix) => {
    expect(matchesVersion(version, prefix)).toBe(true);
  });

  test.each([
    ['3.11.7', '3.1'],
    ['3.11.7', '3.11.'],
    ['3.11.7', '3.11.70'],
    ['3.1.7', '3.11'],
    ['13.0.0', '3'],
    ['3.11.7', 'python3.11'],
    ['3.11.7', '>=3.11'],
  ])('%s is not a %s', (version, prefix) => {
    expect(matchesVersion(version, prefix)).toBe(false);
  });
});

test('what is known of a version in part may match', () => {
  expect(mayMatchVersion(null, '3.11.7')).toBe(true);
  expect(mayMatchVersion('3.11', '3.11.7')).toBe(true);
  expect(mayMatchVersion('3.11', '3')).toBe(true);
  expect(mayMatchVersion('3.11', '3.1')).toBe(false);
  expect(mayMatchVersion('3.11', '3.12.1')).toBe(false);
  expect(mayMatchVersion('3.11.2', '3.11.7')).toBe(false);
});

test('newest comes first, what is not known before it, pre-releases last', () => {
  const versions = ['3.9.18', '3.15.0rc1', '3.10.2', '3.13.0', '3.13', null, '3.2.1', '3.15-dev'];

  expect(versions.sort(compareVersions)).toEqual([
    null,
    '3.13',
    '3.13.0',
    '3.10.2',
    '3.9.18',
    '3.2.1',
    '3.15-dev',
    '3.15.0rc1',
  ]);
});

test('a minimum counts components, not characters', () => {
  expect(isAtLeast('3.10.0', '3.9')).toBe(true);
  expect(isAtLeast('3.9.0', '3.9')).toBe(true);
  expect(isAtLeast('3.8.18', '3.9')).toBe(false);
  expect(isAtLeast('4.4.23', '4.4')).toBe(true);
  expect(isAtLeast('19.9.9', '20.0')).toBe(false);
});
