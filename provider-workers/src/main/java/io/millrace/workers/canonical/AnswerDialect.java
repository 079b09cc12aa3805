package io.millrace.workers.canonical;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.workers.Outcome;
import io.millrace.workers.ResponseHead;

/**
 * How one provider's chat answers read. One for each answer: it may remember between events. The
 * {@link TranslatedReader} does everything that is the same for all.
 */
public interface AnswerDialect {

  /**
   * An error status, or a body that should be an error.
   *
   * @param body empty when none came or it was no JSON
   */
  Outcome.Failure failure(ResponseHead head, byte[] body);

  /** A whole answer. It says so itself when it is a failure after all. */
  void whole(JsonNode answer, ChunkWriter out);

  /**
   * One event of a streamed answer.
   *
   * @param name of the event; empty where the framing has none
   */
  void event(String name, JsonNode data, ChunkWriter out);
}
