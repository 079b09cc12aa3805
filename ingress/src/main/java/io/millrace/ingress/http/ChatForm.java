package io.millrace.ingress.http;

import io.millrace.ingress.ApiError;
import io.millrace.schemas.RequestResult;
import io.millrace.schemas.StreamDelta;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Frames without names, and {@code [DONE]} at the end. */
final class ChatForm implements StreamForm {

  private static final ByteBuffer DONE =
      ByteBuffer.wrap("[DONE]".getBytes(StandardCharsets.US_ASCII));

  @Override
  public void begin(SseWriter sse) {}

  @Override
  public void delta(SseWriter sse, StreamDelta delta) {
    sse.data(delta.getChunk());
  }

  @Override
  public boolean endsWithAnswer() {
    return false;
  }

  @Override
  public void end(SseWriter sse, boolean isComplete, ByteBuffer answer, int deltas) {
    sse.data(DONE);
  }

  @Override
  public void fail(SseWriter sse, RequestResult result) {
    sse.data(result.getBody());
  }

  @Override
  public void broken(SseWriter sse, ApiError error) {
    sse.data(ByteBuffer.wrap(error.toJson()));
  }
}
