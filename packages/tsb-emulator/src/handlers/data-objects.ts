import { base64Bytes, base64Text } from '@securosys/core';
import type { DataObjectRecord } from '../data-objects/data-object.js';
import { failure } from '../failure.js';
import { defaultDataObjectAttributes } from '../inferred.js';
import type { Partition } from '../partition.js';
import type { Handlers } from './call.js';

const maxBytes = 64 * 1024;

function get({ dataObjects }: Partition, name = ''): DataObjectRecord {
  const found = dataObjects.get(name);
  if (!found) throw failure(653, 'there is no data object of that name');
  return found;
}

export const dataObjectHandlers: Pick<Handlers, 'createDataObject' | 'dataObject' | 'deleteDataObject'> = {
  createDataObject({ partition: { dataObjects }, body }) {
    const { name, attributes } = body;
    const value = base64Bytes(body.value, 'value');
    if (value.byteLength > maxBytes) throw failure(616, `a data object has at most ${maxBytes} bytes`);
    if (dataObjects.has(name)) throw failure(615, 'a data object of this name exists already');
    const said = Object.fromEntries(Object.entries(attributes ?? {}).filter(([, flag]) => flag !== undefined));
    dataObjects.put({ name, value, attributes: { ...defaultDataObjectAttributes, ...said } });
    return undefined;
  },

  dataObject({ partition, params }) {
    const { name, value, attributes } = get(partition, params.name);
    return { name, value: base64Text(value), attributes };
  },

  deleteDataObject({ partition, params }) {
    const found = get(partition, params.name);
    if (!found.attributes.destroyable) throw failure(614, 'the data object is not destroyable');
    partition.dataObjects.delete(found);
    return undefined;
  },
};
