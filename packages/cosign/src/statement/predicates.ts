import type { JsonObject, JsonValue } from '@securosys/core';

/** Files, packages and the like that a predicate names (in-toto ResourceDescriptor). */
export interface PredicateResource {
  readonly name?: string;
  readonly uri?: string;
  /** Lower-case hex by name of the hash. */
  readonly digest?: Readonly<Record<string, string>>;
  readonly mediaType?: string;
  readonly downloadLocation?: string;
  readonly annotations?: Readonly<JsonObject>;
}

/** What `cosign attest` writes for `--type custom`: the text of a file, and when. */
export interface CustomPredicate {
  readonly Data: string;
  /** RFC 3339, UTC. */
  readonly Timestamp: string;
}

/** SLSA provenance v1: how an artifact was built (slsa.dev/provenance/v1). */
export interface SlsaProvenanceV1 {
  readonly buildDefinition: {
    /** URI of how the parameters are to be read. */
    readonly buildType: string;
    readonly externalParameters: Readonly<JsonObject>;
    readonly internalParameters?: Readonly<JsonObject>;
    readonly resolvedDependencies?: readonly PredicateResource[];
  };
  readonly runDetails: {
    readonly builder: {
      /** URI of the builder: whom a verifier trusts. */
      readonly id: string;
      readonly version?: Readonly<Record<string, string>>;
      readonly builderDependencies?: readonly PredicateResource[];
    };
    /** Times in RFC 3339. */
    readonly metadata?: { readonly invocationId?: string; readonly startedOn?: string; readonly finishedOn?: string };
    readonly byproducts?: readonly PredicateResource[];
  };
}

/** SLSA provenance v0.2 (slsa.dev/provenance/v0.2). */
export interface SlsaProvenanceV02 {
  readonly builder: { readonly id: string };
  readonly buildType: string;
  readonly invocation?: {
    readonly configSource?: Pick<PredicateResource, 'uri' | 'digest'> & { readonly entryPoint?: string };
    readonly parameters?: JsonValue;
    readonly environment?: JsonValue;
  };
  readonly buildConfig?: JsonValue;
  readonly metadata?: Readonly<JsonObject>;
  readonly materials?: readonly Pick<PredicateResource, 'uri' | 'digest'>[];
}

/** An SPDX document, JSON form of 2.x. */
export interface SpdxPredicate {
  /** For example `SPDX-2.3`. */
  readonly spdxVersion: string;
  readonly [member: string]: unknown;
}

/** A CycloneDX bill of materials, JSON form. */
export interface CycloneDxPredicate {
  readonly bomFormat: 'CycloneDX';
  /** For example `1.6`. */
  readonly specVersion: string;
  readonly [member: string]: unknown;
}

/** An in-toto link: one step, and what went in and out. */
export interface LinkPredicate {
  readonly _type: 'link';
  readonly name: string;
  readonly command?: readonly string[];
  readonly materials?: Readonly<JsonObject>;
  readonly products?: Readonly<JsonObject>;
  readonly byproducts?: Readonly<JsonObject>;
  readonly environment?: Readonly<JsonObject>;
}

/** What a scanner found (cosign's vulnerability predicate v1). */
export interface VulnerabilityPredicate {
  readonly invocation?: Readonly<JsonObject>;
  readonly scanner: {
    readonly uri: string;
    readonly version: string;
    readonly db: { readonly uri: string; readonly version: string };
    /** Of the scanner, in its own form. */
    readonly result: JsonValue;
  };
  /** RFC 3339. */
  readonly metadata: { readonly scanStartedOn: string; readonly scanFinishedOn: string };
}

/** An OpenVEX document: which vulnerabilities concern the artifact. */
export interface OpenVexPredicate {
  readonly '@context': string;
  readonly '@id': string;
  readonly author: string;
  /** RFC 3339. */
  readonly timestamp: string;
  readonly version: number;
  readonly statements: readonly Readonly<JsonObject>[];
  readonly [member: string]: unknown;
}

/** Predicates by the short name of their type. */
export interface Predicates {
  readonly custom: CustomPredicate;
  readonly slsaprovenance: SlsaProvenanceV02;
  readonly slsaprovenance02: SlsaProvenanceV02;
  readonly slsaprovenance1: SlsaProvenanceV1;
  readonly spdx: SpdxPredicate;
  readonly spdxjson: SpdxPredicate;
  readonly cyclonedx: CycloneDxPredicate;
  readonly link: LinkPredicate;
  readonly vuln: VulnerabilityPredicate;
  readonly openvex: OpenVexPredicate;
}
