import type * as Undici from 'undici';

type Handler = Undici.Dispatcher.DispatchHandler;
type OnResponseStart = NonNullable<Handler['onResponseStart']>;

/** How platforms name a redirect under `redirect: 'error'`: undici in an error, msw as bare text. */
const text = 'unexpected redirect';

/** A redirect, as the guard reports it through `fetch`. */
class RedirectError extends Error {
  constructor(readonly status: number) {
    super(text);
  }
}

/** Refuses every redirect before `fetch` sees it, and says which it was; `fetch` itself would not tell (S25). */
export function redirectGuard({ DecoratorHandler }: typeof Undici): Undici.Dispatcher.DispatcherComposeInterceptor {
  // The declarations of undici leave out the members of a decorator.
  const Base = DecoratorHandler as new (handler: Handler) => { onResponseStart(...given: Parameters<OnResponseStart>): void };
  class Guard extends Base {
    override onResponseStart(...given: Parameters<OnResponseStart>): void {
      const [, status] = given;
      if (status >= 300 && status < 400) throw new RedirectError(status);
      super.onResponseStart(...given);
    }
  }
  return (dispatch) => (options, handler) => dispatch(options, new Guard(handler));
}

/** The redirect that made a `fetch` fail, whoever refused it: the guard, or the platform under `redirect: 'error'`. */
export function redirectIn(error: unknown, depth = 0): { readonly status: number | undefined } | undefined {
  if (error === text) return { status: undefined };
  if (depth > 4 || !(error instanceof Error)) return undefined;
  if (error.message !== text) return redirectIn(error.cause, depth + 1);
  return { status: error instanceof RedirectError ? error.status : undefined };
}
