package io.millrace.ingress.http;

import io.millrace.ingress.ApiError;
import io.millrace.schemas.RequestResult;
import io.millrace.schemas.StreamDelta;
import java.nio.ByteBuffer;

/** How a streamed answer of a waiting call is written, event by event. */
interface StreamForm {

  /** The head has been sent. */
  void begin(SseWriter sse);

  void delta(SseWriter sse, StreamDelta delta);

  /** True when the end needs the whole answer. */
  boolean endsWithAnswer();

  /**
   * All deltas have been written.
   *
   * @param answer what a call that does not stream would get; empty unless asked for
   */
  void end(SseWriter sse, boolean isComplete, ByteBuffer answer, int deltas);

  /** There is no answer and will be none. */
  void fail(SseWriter sse, RequestResult result);

  /** The stream cannot go on. */
  void broken(SseWriter sse, ApiError error);
}
