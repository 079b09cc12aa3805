package io.millrace.workers;

import java.util.List;
import java.util.function.Consumer;

/** Makes one answer of the answers of several calls. Used by one thread. */
public interface Joining {

  /** Stands where there is one call. */
  Joining NONE =
      new Joining() {
        @Override
        public Consumer<byte[]> deltasOf(int call, Consumer<byte[]> deltas) {
          return deltas;
        }

        @Override
        public Outcome join(List<Outcome.Answer> answers, Consumer<byte[]> deltas) {
          return answers.getFirst();
        }
      };

  /**
   * Where the pieces of one call's answer go.
   *
   * @param call its place among the calls, from 0
   * @param deltas takes pieces in the form the client is to see
   */
  Consumer<byte[]> deltasOf(int call, Consumer<byte[]> deltas);

  /**
   * Every call was answered.
   *
   * @param answers in the order of the calls
   * @param deltas takes what is to come last
   */
  Outcome join(List<Outcome.Answer> answers, Consumer<byte[]> deltas);
}
