package io.millrace.workers;

/**
 * What an adapter makes of an attempt. A provider that needs several HTTP calls for one attempt (n
 * choices where it offers one) is another case of this interface, so that the runner does not
 * compile until it drives it.
 */
public sealed interface Translation {

  /** One HTTP call answers the attempt. */
  record Call(HttpCall http, ReplyReader reader) implements Translation {}

  /** The provider need not be asked: it cannot do this. */
  record Refused(Outcome.Failure failure) implements Translation {}
}
