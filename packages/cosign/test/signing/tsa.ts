import { createFakeTsa, type FakeTsa } from '@securosys/testing';

let made: Promise<FakeTsa> | undefined;

/** One authority for all tests of a process: its certificates take longer to make than everything that it signs. */
export function sharedTsa(): Promise<FakeTsa> {
  made ??= createFakeTsa();
  return made;
}
