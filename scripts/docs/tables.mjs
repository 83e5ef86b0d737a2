// Tables of Markdown from JSON schemas.

/**
 * A table of every field of an object, those of nested objects as `outer.inner`, of those in arrays as `outer[].inner`.
 * A column in which nothing would stand is left out.
 */
export function fieldTable(schema, columns) {
  const rows = fields(schema);
  const filled = Object.entries(columns).filter(([, cell]) => rows.some((field) => cell(field) !== ''));
  const head = filled.map(([title]) => title);
  const body = rows.map((field) => filled.map(([, cell]) => cell(field)));
  return [head, head.map(() => '---'), ...body]
    .map((cells) => `| ${cells.map(escape).join(' | ')} |`)
    .join('\n');
}

export const NAME = ({ path }) => `\`${path}\``;
export const TYPE = ({ schema }) => typeOf(schema);
export const REQUIRED = ({ isRequired }) => (isRequired ? 'yes' : 'no');
export const MEANING = ({ schema }) => schema.description ?? '';

function fields(schema, prefix = '') {
  return Object.entries(schema.properties).flatMap(([name, property]) => {
    const path = `${prefix}${name}`;
    const field = { path, schema: property, isRequired: schema.required?.includes(name) ?? false };
    return [field, ...nestedFields(property, path)];
  });
}

function nestedFields(schema, path) {
  const { inner } = withoutNull(schema);
  if (inner.properties !== undefined) return fields(inner, `${path}.`);
  return inner.items?.properties === undefined ? [] : fields(inner.items, `${path}[].`);
}

function typeOf(schema) {
  const { inner, isNullable } = withoutNull(schema);
  return isNullable ? `${plainType(inner)} or null` : plainType(inner);
}

function plainType({ type, enum: values, items, additionalProperties, minimum, maximum }) {
  if (values !== undefined) return `one of ${values.map((value) => `\`${value}\``).join(', ')}`;
  if (type === 'array') return `array of ${plural(items)}`;
  if (typeof additionalProperties === 'object') return `object of ${plural(additionalProperties)}`;
  const limits = [limit('at least', minimum), limit('at most', maximum)].filter(Boolean);
  return [type, ...limits].join(', ');
}

function plural(schema) {
  return schema.enum === undefined ? `${schema.type}s` : `${typeOf(schema)}`;
}

/** What every integer is limited to in JSON is not worth a word. */
function limit(words, value) {
  return value === undefined || Math.abs(value) === Number.MAX_SAFE_INTEGER ? '' : `${words} ${value}`;
}

function withoutNull(schema) {
  if (Array.isArray(schema.type)) {
    return { inner: { ...schema, type: schema.type.find((type) => type !== 'null') }, isNullable: true };
  }
  if (schema.anyOf?.some(({ type }) => type === 'null')) {
    return { inner: schema.anyOf.find(({ type }) => type !== 'null'), isNullable: true };
  }
  return { inner: schema, isNullable: false };
}

function escape(text) {
  return text.replaceAll('|', '\\|');
}
