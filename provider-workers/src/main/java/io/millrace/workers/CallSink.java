package io.millrace.workers;

import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** Where a call's pieces and its end go. Called on the call's event loop; must not block. */
public interface CallSink {

  /** Request fields that the provider cannot take; before the first piece, if at all. */
  void onDropped(List<String> parameters);

  /**
   * One piece of a streamed answer.
   *
   * @param sequence 1 for the first, without gaps
   * @return done when the piece is safe; a call that is too far ahead of that stops reading
   */
  CompletionStage<?> onDelta(int sequence, byte[] chunk, Instant at);

  /** The end, once for each call that was not abandoned. */
  void onReplied(CallReport report);
}
