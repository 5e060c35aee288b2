import type { SignError } from '@securosys/core';
import { type EndpointName, endpoints } from '@securosys/tsb-client/api';
import { type FactName, facts } from './facts.js';

type Verdict = 'confirmed' | 'refuted';

/** Collects what was seen and says it at the end. */
export class Report {
  readonly #verdicts = new Map<FactName, { verdict: Verdict; evidence: string }>();
  readonly #answered = new Set<EndpointName>();
  readonly #refused = new Map<EndpointName, string>();
  readonly #skipped = new Map<FactName, string>();
  #passed = 0;
  #failed = 0;

  /** A fact held, or did not; evidence is one line. The first verdict stays. */
  settle(name: FactName, holds: boolean, evidence: string): void {
    if (!this.#verdicts.has(name)) this.#verdicts.set(name, { verdict: holds ? 'confirmed' : 'refuted', evidence });
  }

  /** Why a fact could not be looked at. */
  unreachable(name: FactName, why: string): void {
    this.#skipped.set(name, why);
  }

  answered(name: EndpointName): void {
    this.#answered.add(name);
  }

  refused(name: EndpointName, error: SignError): void {
    const { status, upstreamCode } = error.details;
    this.#refused.set(
      name,
      `${error.code}${status === undefined ? '' : `, HTTP ${status}`}${upstreamCode === undefined ? '' : `, error ${upstreamCode}`}`,
    );
  }

  pass(what: string): void {
    this.#passed++;
    console.log(`  ok      ${what}`);
  }

  fail(what: string, why: string): void {
    this.#failed++;
    console.log(`  FAILED  ${what}: ${why}`);
  }

  /** Counts every refuted fact as a failure. */
  failRefuted(): void {
    for (const [name, { verdict, evidence }] of this.#verdicts)
      if (verdict === 'refuted') this.fail(facts[name].statement, evidence);
  }

  printFacts(): void {
    console.log('\nfacts that the reference infers or does not know, and questions of the threat model');
    const counts = { confirmed: 0, refuted: 0, 'not reachable': 0 };
    for (const [name, fact] of Object.entries(facts) as [FactName, (typeof facts)[FactName]][]) {
      const found = this.#verdicts.get(name);
      const verdict = found?.verdict ?? 'not reachable';
      counts[verdict]++;
      const why = found?.evidence ?? this.#skipped.get(name) ?? 'no probe got that far';
      console.log(`  ${verdict.padEnd(13)} [${fact.mark}] §${fact.section}: ${fact.statement} (${why})`);
    }
    console.log(`  ${counts.confirmed} confirmed, ${counts.refuted} refuted, ${counts['not reachable']} not reachable`);
  }

  printEndpoints(): void {
    console.log('\nendpoints');
    for (const name of Object.keys(endpoints) as EndpointName[]) {
      const { method, path } = endpoints[name];
      const state = this.#answered.has(name) ? 'answered' : (this.#refused.get(name) ?? 'not called');
      console.log(
        `  ${state === 'answered' ? 'answered     ' : 'NOT answered '} ${method} ${path}${state === 'answered' ? '' : ` (${state})`}`,
      );
    }
    console.log(`  ${this.#answered.size} of ${Object.keys(endpoints).length} answered`);
  }

  /** Endpoints that were never answered. */
  get unanswered(): EndpointName[] {
    return (Object.keys(endpoints) as EndpointName[]).filter((name) => !this.#answered.has(name));
  }

  end(): { failed: boolean } {
    console.log(`\n${this.#passed} passed, ${this.#failed} failed`);
    return { failed: this.#failed > 0 };
  }
}
