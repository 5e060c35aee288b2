import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ciClaims } from '../../src/index.js';

const commit = '5f024b2c0a9e4d7b8a6f1c3e5d7b9a1f3c5e7d90';

const github = {
  GITHUB_ACTIONS: 'true',
  GITHUB_SERVER_URL: 'https://github.com',
  GITHUB_REPOSITORY: 'acme/app',
  GITHUB_SHA: commit,
  GITHUB_REF: 'refs/tags/v1.4',
  GITHUB_WORKFLOW: 'Release',
  GITHUB_WORKFLOW_REF: 'acme/app/.github/workflows/release.yml@refs/heads/main',
  GITHUB_RUN_ID: '1658821493',
  GITHUB_RUN_ATTEMPT: '2',
  GITHUB_ACTOR: 'octocat',
  GITHUB_TRIGGERING_ACTOR: 'hubot',
  GITHUB_EVENT_NAME: 'push',
  GITHUB_TOKEN: 'ghs_SENTINEL',
};

const gitlab = {
  GITLAB_CI: 'true',
  CI_PROJECT_URL: 'https://gitlab.example/acme/app',
  CI_COMMIT_SHA: commit,
  CI_COMMIT_REF_NAME: 'v1.4',
  CI_JOB_NAME: 'sign',
  CI_JOB_URL: 'https://gitlab.example/acme/app/-/jobs/42',
  CI_PIPELINE_URL: 'https://gitlab.example/acme/app/-/pipelines/7',
  GITLAB_USER_LOGIN: 'ada',
  CI_PIPELINE_SOURCE: 'push',
  CI_JOB_TOKEN: 'glcbt-SENTINEL',
  CI_REPOSITORY_URL: 'https://gitlab-ci-token:SENTINEL@gitlab.example/acme/app.git',
};

const jenkins = {
  JENKINS_URL: 'https://jenkins.example/',
  BUILD_NUMBER: '15',
  BUILD_URL: 'https://jenkins.example/job/app/15/',
  JOB_NAME: 'app',
  GIT_COMMIT: commit,
  GIT_URL: 'https://ci:SENTINEL@git.example/acme/app.git',
  GIT_BRANCH: 'origin/main',
  BUILD_USER_ID: 'ada',
};

const azure = {
  TF_BUILD: 'True',
  SYSTEM_COLLECTIONURI: 'https://dev.azure.com/acme/',
  SYSTEM_TEAMPROJECT: 'My App',
  BUILD_BUILDID: '318',
  BUILD_REPOSITORY_URI: 'https://acme:SENTINEL@dev.azure.com/acme/My%20App/_git/app',
  BUILD_SOURCEVERSION: commit,
  BUILD_SOURCEBRANCH: 'refs/heads/main',
  BUILD_DEFINITIONNAME: 'release',
  BUILD_REQUESTEDFOR: 'Ada Lovelace',
  BUILD_REASON: 'Manual',
  SYSTEM_ACCESSTOKEN: 'SENTINEL',
};

describe('what a CI job is claimed to be', () => {
  it.each([
    [
      'GitHub Actions',
      github,
      {
        ci: 'GitHub Actions',
        repository: 'https://github.com/acme/app',
        commit,
        ref: 'refs/tags/v1.4',
        pipeline: 'acme/app/.github/workflows/release.yml@refs/heads/main',
        build: 'https://github.com/acme/app/actions/runs/1658821493/attempts/2',
        actor: 'hubot',
        trigger: 'push',
      },
    ],
    [
      'GitLab CI',
      gitlab,
      {
        ci: 'GitLab CI',
        repository: 'https://gitlab.example/acme/app',
        commit,
        ref: 'v1.4',
        pipeline: 'sign',
        build: 'https://gitlab.example/acme/app/-/jobs/42',
        actor: 'ada',
        trigger: 'push',
      },
    ],
    [
      'Jenkins',
      jenkins,
      {
        ci: 'Jenkins',
        repository: 'https://git.example/acme/app.git',
        commit,
        ref: 'origin/main',
        pipeline: 'app',
        build: 'https://jenkins.example/job/app/15/',
        actor: 'ada',
      },
    ],
    [
      'Azure Pipelines',
      azure,
      {
        ci: 'Azure Pipelines',
        repository: 'https://dev.azure.com/acme/My%20App/_git/app',
        commit,
        ref: 'refs/heads/main',
        pipeline: 'release',
        build: 'https://dev.azure.com/acme/My%20App/_build/results?buildId=318',
        actor: 'Ada Lovelace',
        trigger: 'Manual',
      },
    ],
  ])('%s: by its documented variables, and by no other', (_, env, claims) => {
    expect(ciClaims({ ...env, PATH: '/bin', NPM_TOKEN: 'SENTINEL' })).toEqual(claims);
    expect(JSON.stringify(ciClaims(env))).not.toContain('SENTINEL');
  });

  it('is nothing where no CI system is named, and unclear where two are', () => {
    expect(ciClaims({ PATH: '/bin', CI: 'true', GITHUB_SHA: commit })).toEqual({});
    expect(ciClaims({ ...github, ...gitlab })).toEqual({
      ci: 'unclear: the environment names GitHub Actions and GitLab CI',
    });
  });

  it('leaves out what is not said', () => {
    expect(ciClaims({ GITLAB_CI: 'true', CI_COMMIT_SHA: '' })).toEqual({ ci: 'GitLab CI' });
    expect(ciClaims({ JENKINS_URL: 'https://j/', BUILD_NUMBER: '1' })).toEqual({ ci: 'Jenkins' });
  });

  it.each([undefined, null, 'env'])('is asked of an environment, not of %s', (env) => {
    expect(() => ciClaims(env as never)).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }));
  });
});

describe('a forged variable', () => {
  it.each(['main', 'c0ffee', `${commit}00`, `${commit}\n`.repeat(2), '0'.repeat(63), `sha256:${'a'.repeat(64)}`])(
    'is no commit: %s',
    (value) => {
      expect(ciClaims({ ...gitlab, CI_COMMIT_SHA: value })).not.toHaveProperty('commit');
    },
  );

  it('of a repository by SHA-256 is named whole, in two halves: one piece would be taken for what is signed', () => {
    const name = 'ab'.repeat(16) + 'cd'.repeat(16);
    expect(ciClaims({ ...gitlab, CI_COMMIT_SHA: name }).commit).toBe(`${'ab'.repeat(16)} ${'cd'.repeat(16)}`);
  });

  it('of a repository leads to no other place than it says', () => {
    for (const slug of ['acme/app/../../evil', '@evil.example/x', 'acme/app?x=1', 'acme', '//evil.example/x'])
      expect(ciClaims({ ...github, GITHUB_REPOSITORY: slug })).not.toHaveProperty('build');
    expect(ciClaims({ ...github, GITHUB_RUN_ID: '1/../../evil' })).not.toHaveProperty('build');
    expect(ciClaims({ ...azure, SYSTEM_TEAMPROJECT: '../evil?x=' }).build).toBe(
      'https://dev.azure.com/acme/..%2Fevil%3Fx%3D/_build/results?buildId=318',
    );
  });

  it('rules no terminal (S11)', () => {
    const hostile = 'x\u001b[2J\u202egnp\r\nPROVEN digest';
    const claims = ciClaims({ ...gitlab, CI_COMMIT_REF_NAME: hostile, CI_JOB_NAME: hostile, GITLAB_USER_LOGIN: hostile });
    expect(claims).toMatchObject({ ref: 'x\\u{1b}[2J\\u{202e}gnp\\u{d}\\u{a}PROVEN digest' });
    expect(Object.values(claims).join('')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  });

  it('is cut where it is long, in any place', () => {
    const long = 'x'.repeat(100_000);
    const claims = ciClaims({ ...gitlab, CI_COMMIT_REF_NAME: long, CI_JOB_URL: `https://h/${long}` });
    expect(claims.ref?.length).toBe(200);
    expect(claims.build?.length).toBe(500);
  });

  it('inherited from a prototype is none', () => {
    expect(ciClaims(Object.create(gitlab) as typeof gitlab)).toEqual({});
  });
});

describe('a secret in a URL', () => {
  it.each<[string, string | undefined]>([
    ['https://user:SENTINEL@git.example/a/b.git', 'https://git.example/a/b.git'],
    ['https://SENTINEL@git.example/a', 'https://git.example/a'],
    ['https://u:p@SENTINEL@git.example/a', 'https://git.example/a'],
    ['https:\\\\u:SENTINEL@git.example\\a', 'https://git.example/a'],
    ['https://git.example/a?private_token=SENTINEL', 'https://git.example/a'],
    ['https://git.example/a#access_token=SENTINEL', 'https://git.example/a'],
    ['ssh://git:SENTINEL@git.example:2222/a.git', 'ssh://git.example:2222/a.git'],
    ['git@git.example:a/b.git', 'ssh://git.example/a/b.git'],
    ['SENTINEL@git.example:a/b.git', 'ssh://git.example/a/b.git'],
    ['javascript:alert("SENTINEL")', undefined],
    ['file:///home/SENTINEL', undefined],
    ['not a url SENTINEL', undefined],
  ])('is not told: %s', (url, told) => {
    expect(ciClaims({ ...jenkins, GIT_URL: url }).repository).toBe(told);
  });

  it('is not told wherever the URL stands', () => {
    const claims = ciClaims({ ...jenkins, JOB_NAME: 'build https://u:SENTINEL@git.example/a and ftp://SENTINEL@x/' });
    expect(claims.pipeline).toBe('build https://git.example/a and ftp://x/');
  });

  it('is not told, whatever it looks like (property)', () => {
    const secret = fc.string({ minLength: 1 }).map((text) => `S3NT${encodeURIComponent(text.toWellFormed())}INEL`);
    fc.assert(
      fc.property(fc.webUrl(), secret, (url, password) => {
        const { host, pathname } = new URL(url);
        const told = ciClaims({
          ...jenkins,
          GIT_URL: `https://user:${password}@${host}${pathname}`,
          JOB_NAME: `//u:${password}@h/`,
        });
        expect(told.repository).not.toContain('S3NT');
      }),
    );
  });
});
