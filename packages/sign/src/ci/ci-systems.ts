import { type CiEnvironment, commitOf, numberOf, textOf, urlOf, urlText } from './environment.js';

/** What is said of a job, by the names that approvers see. */
export interface CiFacts {
  readonly repository?: string | undefined;
  readonly commit?: string | undefined;
  /** Branch or tag of the source. */
  readonly ref?: string | undefined;
  readonly pipeline?: string | undefined;
  /** URL of the run. */
  readonly build?: string | undefined;
  /** Who started it. */
  readonly actor?: string | undefined;
  readonly trigger?: string | undefined;
}

/** One CI system: how it is known, and which of its variables are read. */
export interface CiSystem {
  readonly name: string;
  isHere(env: CiEnvironment): boolean;
  read(env: CiEnvironment): CiFacts;
}

const isTrue = (env: CiEnvironment, name: string): boolean => textOf(env, name)?.toLowerCase() === 'true';

/** "Variables reference" of GitHub Actions: default environment variables. */
const github: CiSystem = {
  name: 'GitHub Actions',
  isHere: (env) => isTrue(env, 'GITHUB_ACTIONS'),
  read(env) {
    const [server, slug, run] = [
      urlOf(env, 'GITHUB_SERVER_URL'),
      textOf(env, 'GITHUB_REPOSITORY'),
      numberOf(env, 'GITHUB_RUN_ID'),
    ];
    const whole = server !== undefined && slug !== undefined && /^[\w.-]+\/[\w.-]+$/.test(slug);
    const repository = whole ? urlText(`${server.replace(/\/$/, '')}/${slug}`) : undefined;
    const attempt = numberOf(env, 'GITHUB_RUN_ATTEMPT');
    const build = `${repository}/actions/runs/${run}${attempt === undefined ? '' : `/attempts/${attempt}`}`;
    return {
      repository,
      commit: commitOf(env, 'GITHUB_SHA'),
      ref: textOf(env, 'GITHUB_REF'),
      pipeline: textOf(env, 'GITHUB_WORKFLOW_REF') ?? textOf(env, 'GITHUB_WORKFLOW'),
      build: repository !== undefined && run !== undefined ? build : undefined,
      actor: textOf(env, 'GITHUB_TRIGGERING_ACTOR') ?? textOf(env, 'GITHUB_ACTOR'),
      trigger: textOf(env, 'GITHUB_EVENT_NAME'),
    };
  },
};

/** "Predefined CI/CD variables reference" of GitLab. `CI_REPOSITORY_URL` holds the token of the job and is never read. */
const gitlab: CiSystem = {
  name: 'GitLab CI',
  isHere: (env) => isTrue(env, 'GITLAB_CI'),
  read: (env) => ({
    repository: urlOf(env, 'CI_PROJECT_URL'),
    commit: commitOf(env, 'CI_COMMIT_SHA'),
    ref: textOf(env, 'CI_COMMIT_REF_NAME'),
    pipeline: textOf(env, 'CI_JOB_NAME'),
    build: urlOf(env, 'CI_JOB_URL') ?? urlOf(env, 'CI_PIPELINE_URL'),
    actor: textOf(env, 'GITLAB_USER_LOGIN'),
    trigger: textOf(env, 'CI_PIPELINE_SOURCE'),
  }),
};

/** Variables of every Jenkins build, and those of its Git and Build User Vars plug-ins. */
const jenkins: CiSystem = {
  name: 'Jenkins',
  isHere: (env) => textOf(env, 'JENKINS_URL') !== undefined && textOf(env, 'BUILD_NUMBER') !== undefined,
  read: (env) => ({
    repository: urlOf(env, 'GIT_URL'),
    commit: commitOf(env, 'GIT_COMMIT'),
    ref: textOf(env, 'BRANCH_NAME') ?? textOf(env, 'GIT_BRANCH'),
    pipeline: textOf(env, 'JOB_NAME'),
    build: urlOf(env, 'BUILD_URL'),
    actor: textOf(env, 'BUILD_USER_ID'),
  }),
};

/** "Use predefined variables" of Azure Pipelines. */
const azure: CiSystem = {
  name: 'Azure Pipelines',
  isHere: (env) => isTrue(env, 'TF_BUILD'),
  read(env) {
    const [collection, project] = [urlOf(env, 'SYSTEM_COLLECTIONURI'), textOf(env, 'SYSTEM_TEAMPROJECT')];
    const id = numberOf(env, 'BUILD_BUILDID');
    const whole = collection !== undefined && project !== undefined && id !== undefined;
    const results = `${collection?.replace(/\/?$/, '/')}${encodeURIComponent(project ?? '')}/_build/results`;
    return {
      repository: urlOf(env, 'BUILD_REPOSITORY_URI'),
      commit: commitOf(env, 'BUILD_SOURCEVERSION'),
      ref: textOf(env, 'BUILD_SOURCEBRANCH'),
      pipeline: textOf(env, 'BUILD_DEFINITIONNAME'),
      build: whole ? urlText(results, `?buildId=${id}`) : undefined,
      actor: textOf(env, 'BUILD_REQUESTEDFOR'),
      trigger: textOf(env, 'BUILD_REASON'),
    };
  },
};

/** Every CI system that is known here. */
export const ciSystems: readonly CiSystem[] = [github, gitlab, jenkins, azure];
