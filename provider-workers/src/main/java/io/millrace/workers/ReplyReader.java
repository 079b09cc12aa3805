package io.millrace.workers;

import java.util.function.Consumer;

/**
 * Reads one provider answer as it arrives and says what came of it. Called in this order, by one
 * thread at a time: {@code onHead}, any number of {@code onBytes}, then {@code onEnd} when the
 * answer is whole, or {@code onBroken} at any point when it will not be. Reads, never waits.
 */
public interface ReplyReader {

  void onHead(ResponseHead head);

  /**
   * @param deltas takes pieces in the form the client is to see, in order
   */
  void onBytes(byte[] bytes, Consumer<byte[]> deltas);

  /** True when the answer is whole although the connection has not said so, as after [DONE]. */
  boolean isComplete();

  Outcome onEnd(Consumer<byte[]> deltas);

  Outcome onBroken(Breakage breakage);
}
