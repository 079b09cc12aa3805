package io.millrace.simulator.http;

import io.millrace.simulator.engine.CallFacts;
import io.millrace.simulator.engine.LimitState;
import io.millrace.simulator.engine.Verdict;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;

/**
 * A call as one wire form read it, and how that form writes what comes of it. It says which bytes;
 * {@link Exchange} says when they are sent.
 */
public interface WireCall {

  CallFacts facts();

  /** Adds the headers of any response to this call, with the content type of an unstreamed one. */
  void headers(MultiMap headers, LimitState limits, long elapsedMs);

  /** Adds or replaces what a streamed answer needs besides. */
  void streamHeaders(MultiMap headers);

  /** An answer in one piece. */
  Buffer whole(Verdict.Answer answer);

  /** What comes before the first words of a streamed answer. */
  void opening(Buffer out, Verdict.Answer answer);

  /** Some words of a streamed answer, as one chunk. */
  void words(Buffer out, Verdict.Answer answer, int from, int to);

  /** What comes after the last words of a streamed answer. */
  void closing(Buffer out, Verdict.Answer answer);

  WireError error(Verdict.Refused refused);
}
