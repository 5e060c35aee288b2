import { attestationChainDto, keyAttestationDto } from './attestation.js';
import { createDataObjectDto, dataObjectDto } from './data-objects.js';
import { endpoint, fileEndpoint, none } from './endpoint.js';
import { addressDto, changePasswordDto, deriveKeyDto, exportedKeyDto, importKeyDto, importSeedDto } from './key-material.js';
import { createKeyDto, keyNameDto, signedKeyAttributesDto } from './keys.js';

const role = 'keyManagement';
const created = { status: 201 } as const;

/** What is done with keys, data objects and attestations (`tsb-rest-api.md` §2.3, §2.8). */
export const keyEndpoints = {
  createKey: endpoint('POST', '/v1/key', role, 'create', createKeyDto, signedKeyAttributesDto, created),
  deleteKey: endpoint('POST', '/v1/key/deleteKey', role, 'create', keyNameDto, none),
  /** The older form. */
  deleteKeyByName: endpoint('DELETE', '/v1/key/{keyName}', role, 'create', none, none),
  changePassword: endpoint('POST', '/v1/key/changePassword', role, 'create', changePasswordDto, none),
  exportKey: endpoint('POST', '/v1/key/export/plain', role, 'read', keyNameDto, exportedKeyDto),
  exportKeyByName: endpoint('GET', '/v1/key/{keyName}/export/plain', role, 'read', none, exportedKeyDto),
  keyAddress: endpoint('POST', '/v1/key/address', role, 'read', keyNameDto, addressDto),
  keyAddressByName: endpoint('GET', '/v1/key/{keyName}/address', role, 'read', none, addressDto),
  importKey: endpoint('POST', '/v1/key/import/plain', role, 'create', importKeyDto, signedKeyAttributesDto, created),
  importSeed: endpoint('POST', '/v1/importedKey', role, 'create', importSeedDto, signedKeyAttributesDto, created),
  deriveKey: endpoint('POST', '/v1/derivedKey', role, 'create', deriveKeyDto, signedKeyAttributesDto, created),
  /** A zip archive. */
  keyAttestation: fileEndpoint('POST', '/v1/key/keyAttestation', role, 'read', keyNameDto),
  /** The same as JSON; where servers answer it is inferred. */
  keyAttestationJson: endpoint('POST', '/v1/attestation/key', role, 'read', keyNameDto, keyAttestationDto),
  /** The tail of the path is inferred: it names the attestation key. */
  attestationChain: endpoint('GET', '/v1/attestation/{attestationKeyName}', role, 'read', none, attestationChainDto),

  createDataObject: endpoint('POST', '/v1/dataObject', role, 'create', createDataObjectDto, none, created),
  dataObject: endpoint('GET', '/v1/dataObject/{name}', role, 'read', none, dataObjectDto),
  deleteDataObject: endpoint('DELETE', '/v1/dataObject/{name}', role, 'create', none, none),
} as const;
