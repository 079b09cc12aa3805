package io.millrace.standalone.submit;

/**
 * How far a run has come, as its state file says. Everything up to here is in the output; what the
 * output holds beyond {@code outputBytes} does not count.
 *
 * @param inputSha256 which input it is
 * @param runKey the Idempotency-Key of the run
 * @param batchId the server's name of the run; empty until it is known
 * @param firstRequestId a request of the run, to ask the server whether it knows it; empty if none
 * @param linesSubmitted lines at the beginning of the input whose receipts are in
 * @param cursor where collecting goes on; empty at the beginning
 * @param outputBytes length of the output
 */
record RunState(
    String inputSha256,
    String runKey,
    String batchId,
    String firstRequestId,
    long linesSubmitted,
    String cursor,
    long outputBytes,
    Tally tally) {

  static RunState begin(String inputSha256, String runKey) {
    return new RunState(inputSha256, runKey, "", "", 0, "", 0, Tally.NONE);
  }

  RunState submitted(
      String batchId, String firstRequestId, long linesSubmitted, long outputBytes, Tally failed) {
    return new RunState(
        inputSha256,
        runKey,
        batchId,
        this.firstRequestId.isEmpty() ? firstRequestId : this.firstRequestId,
        linesSubmitted,
        cursor,
        outputBytes,
        tally.plus(failed));
  }

  RunState collected(String cursor, long outputBytes, Tally collected) {
    return new RunState(
        inputSha256,
        runKey,
        batchId,
        firstRequestId,
        linesSubmitted,
        cursor,
        outputBytes,
        tally.plus(collected));
  }
}
