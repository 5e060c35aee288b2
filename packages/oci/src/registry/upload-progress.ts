import type { Descriptor } from '@securosys/core';

/** How far the upload of a blob to a registry is. */
export interface UploadProgress {
  /** Tells uploads apart that run at the same time; counts up from 1 for each `createOci`. */
  readonly id: number;
  /** `registry.example/app` */
  readonly repository: string;
  readonly mediaType: string;
  /** Absent for content whose digest is computed on the way. */
  readonly digest?: string;
  /** Bytes that the registry has taken so far. An upload that has to begin again is another one. */
  readonly sent: number;
  /** Bytes of the blob; absent where nobody said. */
  readonly size?: number;
  /** Told last: the blob is stored, or this upload has failed. */
  readonly ended: boolean;
}

/** Tells of one upload. */
export interface UploadReport {
  sent(bytes: number): void;
  end(): void;
}

/** What is known of a blob before it is sent. */
type Announced = Pick<Descriptor, 'mediaType'> & Partial<Pick<Descriptor, 'digest' | 'size'>>;

/** Begins the report of an upload. */
export type StartReport = (repository: string, blob: Announced) => UploadReport;

const silent: UploadReport = { sent: () => undefined, end: () => undefined };

/** Reports for who listens; without a listener they cost nothing. */
export function uploadReports(listener: ((progress: UploadProgress) => void) | undefined): StartReport {
  if (!listener) return () => silent;
  let uploads = 0;
  return (repository, { mediaType, digest, size }) => {
    const id = ++uploads;
    const known = { mediaType, ...(digest !== undefined && { digest }), ...(size !== undefined && { size }) };
    let sent = 0;
    const tell = (ended: boolean): void => listener({ id, repository, ...known, sent, ended });
    tell(false);
    return {
      sent(bytes) {
        sent = bytes;
        tell(false);
      },
      end: () => tell(true),
    };
  };
}
