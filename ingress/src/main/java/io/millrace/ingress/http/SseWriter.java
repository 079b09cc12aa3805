package io.millrace.ingress.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.millrace.ingress.ResponseEvents;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import java.nio.ByteBuffer;

/**
 * Writes server-sent events. A client that does not read is cut off when too much has gathered for
 * it: the deltas stay on the log and it can come back for them.
 */
final class SseWriter {

  private static final long KEEP_ALIVE_MS = 15_000;
  private static final int UNREAD_BYTES_MAX = 4 << 20;
  private static final byte[] DATA = "data: ".getBytes(UTF_8);
  private static final Buffer KEEP_ALIVE = Buffer.buffer(": keep-alive\n\n");
  private static final CharSequence EVENT_STREAM =
      HttpHeaders.createOptimized("text/event-stream; charset=utf-8");

  private final Call call;
  private final Vertx vertx;
  private long keepAlive = -1;
  private int unreadBytes;

  SseWriter(Call call, Vertx vertx) {
    this.call = call;
    this.vertx = vertx;
  }

  boolean isOpen() {
    return keepAlive >= 0;
  }

  /** Sends the head of the answer; its status is 200 from then on. */
  void open() {
    if (isOpen() || call.isOver()) {
      return;
    }
    call.response()
        .setChunked(true)
        .putHeader(Call.REQUEST_ID, call.requestId())
        .putHeader(HttpHeaders.CONTENT_TYPE, EVENT_STREAM)
        .putHeader(HttpHeaders.CACHE_CONTROL, "no-cache")
        .putHeader("x-accel-buffering", "no");
    call.response().writeHead();
    keepAlive = vertx.setPeriodic(KEEP_ALIVE_MS, timer -> write(KEEP_ALIVE));
  }

  /** A frame without a name, as chat streams have them. */
  void data(ByteBuffer json) {
    var frame = Buffer.buffer(json.remaining() + 16);
    appendData(frame, json);
    write(frame);
  }

  void event(String name, String id, ByteBuffer json) {
    var frame = Buffer.buffer(json.remaining() + 64);
    frame.appendString("event: ").appendString(name).appendString("\nid: ").appendString(id);
    frame.appendByte((byte) '\n');
    appendData(frame, json);
    write(frame);
  }

  /** An event of a response. */
  void event(ResponseEvents.Event event) {
    var frame = Buffer.buffer(event.data().remaining() + 64);
    frame.appendString("event: ").appendString(event.type()).appendByte((byte) '\n');
    appendData(frame, event.data());
    write(frame);
  }

  private static void appendData(Buffer frame, ByteBuffer json) {
    var bytes = new byte[json.remaining()];
    json.duplicate().get(bytes);
    frame.appendBytes(DATA);
    int lineStart = 0;
    for (int i = 0; i < bytes.length; i++) {
      // A line break inside the data would end the frame, so each line is a data line.
      if (bytes[i] == '\n') {
        frame.appendBytes(bytes, lineStart, i + 1 - lineStart).appendBytes(DATA);
        lineStart = i + 1;
      }
    }
    frame.appendBytes(bytes, lineStart, bytes.length - lineStart).appendString("\n\n");
  }

  private void write(Buffer frame) {
    if (call.isOver()) {
      stop();
      return;
    }
    int size = frame.length();
    unreadBytes += size;
    if (unreadBytes > UNREAD_BYTES_MAX) {
      stop();
      call.response().reset();
      return;
    }
    call.response().write(frame).onComplete(written -> unreadBytes -= size);
  }

  /** Ends the answer in order. */
  void end() {
    stop();
    if (!call.isOver()) {
      call.response().end();
    }
  }

  /** Writes no more; the answer is someone else's or gone. */
  void stop() {
    if (keepAlive >= 0) {
      vertx.cancelTimer(keepAlive);
      keepAlive = Long.MAX_VALUE;
    }
  }
}
