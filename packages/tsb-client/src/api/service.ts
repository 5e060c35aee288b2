import { dto } from './dto.js';
import { type Infer, list, object, optional } from './shape.js';
import { text } from './values.js';

const versionShape = object({ Version: text, Vendor: optional(text) });
const statisticsShape = object({ keyStoreStatistics: text });
const licenseShape = object({ clientFlags: list(text) });
const logShape = object({ log: text });

/** What a server says about itself. */
export interface VersionInfo extends Infer<typeof versionShape> {}
/** Statistics of the keystore, as text for people. */
export interface KeystoreStatistics extends Infer<typeof statisticsShape> {}
/** What a server is licensed to do: `REST_API`, `TSB_ENGINE`, `KEY_AUTH` and others (§2.9). */
export interface LicenseInfo extends Infer<typeof licenseShape> {}
/** Log of the HSM, as text for people. */
export interface HsmLog extends Infer<typeof logShape> {}

/** {@link VersionInfo} on the wire. */
export const versionDto = dto<VersionInfo>('version', versionShape);
/** {@link KeystoreStatistics} on the wire. */
export const statisticsDto = dto<KeystoreStatistics>('statistics', statisticsShape);
/** {@link LicenseInfo} on the wire. */
export const licenseDto = dto<LicenseInfo>('license', licenseShape);
/** {@link HsmLog} on the wire. */
export const logDto = dto<HsmLog>('HSM log', logShape);
