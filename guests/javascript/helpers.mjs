/* What the code that oxc makes of decorators and `using` calls. */

export const babelHelpers = {
  __proto__: null,

  decorate(decorators, target, key, description) {
    const isClass = description === undefined && key === undefined;
    let result = isClass ? target : (description ?? Object.getOwnPropertyDescriptor(target, key));
    // `void 0` stands for a property without a descriptor, null for one whose descriptor is to be read.
    const isProperty = arguments.length > 3 && description === undefined;
    if (isProperty) result = undefined;
    for (let index = decorators.length - 1; index >= 0; index--) {
      const decorator = decorators[index];
      result = (isClass ? decorator(result) : decorator(target, key, result)) ?? result;
    }
    if (!isClass && result) Object.defineProperty(target, key, result);
    return result;
  },

  decorateParam: (index, decorator) => (target, key) => decorator(target, key, index),

  decorateMetadata: (key, value) =>
    typeof Reflect.metadata === 'function' ? Reflect.metadata(key, value) : () => {},

  usingCtx() {
    const resources = [];
    const add = (value, isAsync) => {
      if (value === null || value === undefined) return value;
      const dispose = (isAsync ? value[Symbol.asyncDispose] : undefined) ?? value[Symbol.dispose];
      if (typeof dispose !== 'function') throw new TypeError('Property [Symbol.dispose] is not a function.');
      resources.push({ value, dispose, isAsync });
      return value;
    };
    const none = {};
    const context = {
      e: none,
      u: (value) => add(value, false),
      a: (value) => add(value, true),
      d() {
        let error = this.e;
        const fail = (thrown) => {
          error = error === none ? thrown : new Suppressed(thrown, error);
        };
        const next = () => {
          while (resources.length > 0) {
            const { value, dispose, isAsync } = resources.pop();
            try {
              const result = dispose.call(value);
              if (isAsync) return Promise.resolve(result).then(next, (thrown) => (fail(thrown), next()));
            } catch (thrown) {
              fail(thrown);
            }
          }
          if (error !== none) throw error;
          return undefined;
        };
        return next();
      },
    };
    return context;
  },
};

const Suppressed =
  globalThis.SuppressedError ??
  class SuppressedError extends Error {
    name = 'SuppressedError';
    constructor(error, suppressed) {
      super('An error was suppressed during disposal');
      Object.assign(this, { error, suppressed });
    }
  };
