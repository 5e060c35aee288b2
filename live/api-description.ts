import { isJsonObject, type JsonObject, type JsonValue } from '@securosys/core';

type Differences = string[];

const deepest = 12;

function resolved(document: JsonObject, schema: JsonValue | undefined, depth = 0): JsonObject {
  if (!isJsonObject(schema) || depth > deepest) return {};
  const { $ref } = schema;
  if (typeof $ref !== 'string') return schema;
  let at: JsonValue | undefined = document;
  for (const part of $ref.replace(/^#\//, '').split('/')) at = isJsonObject(at) ? at[part] : undefined;
  return resolved(document, at, depth + 1);
}

interface Side {
  readonly document: JsonObject;
  readonly schema: JsonValue | undefined;
}

const members = ({ document, schema }: Side): JsonObject => {
  const object = resolved(document, schema);
  const properties = isJsonObject(object.properties) ? object.properties : {};
  const inherited = Array.isArray(object.allOf) ? object.allOf.map((one) => members({ document, schema: one })) : [];
  return Object.assign({}, ...inherited, properties) as JsonObject;
};

const itemOf = ({ document, schema }: Side): Side => {
  const { items } = resolved(document, schema);
  return items === undefined ? { document, schema } : { document, schema: items };
};

/** Members that one side has and the other lacks, at every depth, as paths. */
function compare(ours: Side, theirs: Side, at: string, found: Differences, depth = 0): void {
  if (depth > deepest) return;
  const [mine, other] = [members(itemOf(ours)), members(itemOf(theirs))];
  for (const name of Object.keys(mine)) {
    if (!(name in other)) found.push(`${at}.${name}: only in ours`);
    else compare({ ...ours, schema: mine[name] }, { ...theirs, schema: other[name] }, `${at}.${name}`, found, depth + 1);
  }
  for (const name of Object.keys(other)) if (!(name in mine)) found.push(`${at}.${name}: only in theirs`);
  const demanded = (side: Side) => {
    const { required } = resolved(side.document, itemOf(side).schema);
    return new Set(Array.isArray(required) ? required.filter((name) => typeof name === 'string') : []);
  };
  const [needMine, needOther] = [demanded(ours), demanded(theirs)];
  for (const name of Object.keys(mine))
    if (name in other && needMine.has(name) !== needOther.has(name))
      found.push(`${at}.${name}: required ${needMine.has(name) ? 'by us only' : 'by them only'}`);
}

const paths = (document: JsonObject): JsonObject => (isJsonObject(document.paths) ? document.paths : {});
const generic = (path: string) => path.replace(/\{[^}]+\}/g, '{}');

function operations(document: JsonObject): Map<string, JsonObject> {
  const found = new Map<string, JsonObject>();
  for (const [path, methods] of Object.entries(paths(document))) {
    if (!isJsonObject(methods)) continue;
    for (const [method, operation] of Object.entries(methods))
      if (isJsonObject(operation)) found.set(`${method.toUpperCase()} ${generic(path)}`, operation);
  }
  return found;
}

const contentOf = (holder: JsonValue | undefined): JsonValue | undefined => {
  if (!isJsonObject(holder) || !isJsonObject(holder.content)) return undefined;
  const [first] = Object.values(holder.content);
  return isJsonObject(first) ? first.schema : undefined;
};

function answerOf(operation: JsonObject): JsonValue | undefined {
  if (!isJsonObject(operation.responses)) return undefined;
  const success = Object.entries(operation.responses).find(([status]) => status.startsWith('2'));
  return success && contentOf(success[1]);
}

/** Every difference between two OpenAPI documents that a caller would notice: paths, members, what is required. */
export function differences(ours: JsonObject, theirs: JsonObject): readonly string[] {
  const found: Differences = [];
  const [mine, other] = [operations(ours), operations(theirs)];
  for (const name of mine.keys()) if (!other.has(name)) found.push(`${name}: only in ours`);
  for (const [name, operation] of other) {
    const own = mine.get(name);
    if (!own) {
      found.push(`${name}: only in theirs`);
      continue;
    }
    const [mineBody, otherBody] = [
      contentOf(resolved(ours, own.requestBody)),
      contentOf(resolved(theirs, operation.requestBody)),
    ];
    compare({ document: ours, schema: mineBody }, { document: theirs, schema: otherBody }, `${name} request`, found);
    compare(
      { document: ours, schema: answerOf(own) },
      { document: theirs, schema: answerOf(operation) },
      `${name} answer`,
      found,
    );
  }
  return found;
}
