package io.millrace.ingress;

import io.millrace.schemas.RequestResult;
import io.millrace.schemas.RequestStateChanged;

/** What has been heard of a request since it was submitted. */
public sealed interface Outcome {

  /** Nothing yet. */
  record Silent() implements Outcome {}

  /** It runs, or waits for a retry. */
  record Changed(RequestStateChanged change) implements Outcome {}

  /**
   * It ended.
   *
   * @param cursor offset of the result: the order in which the account's requests finished
   */
  record Finished(RequestResult result, long cursor) implements Outcome {}
}
