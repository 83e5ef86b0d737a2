import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    projects: [
      { extends: true, test: { name: 'unit', include: ['test/unit/**/*.test.ts'] } },
      {
        extends: true,
        test: {
          name: 'integration',
          include: ['test/{integration,security}/**/*.test.ts'],
          globalSetup: 'test/helpers/prepare.ts',
          // Real sandboxes and kernels: slow to start on a busy machine, and each file holds several at once.
          testTimeout: 60_000,
          hookTimeout: 60_000,
          maxWorkers: 2,
          // After the unit tests: projects of different worker counts cannot share a group.
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
