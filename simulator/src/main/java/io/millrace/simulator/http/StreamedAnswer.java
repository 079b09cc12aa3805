package io.millrace.simulator.http;

import io.millrace.simulator.engine.Verdict;
import io.vertx.core.buffer.Buffer;

/**
 * A streamed answer at its pace. All chunks that are due go out in one write; a slow reader holds
 * the rest back, so no more than a write's worth is ever waiting in memory.
 */
final class StreamedAnswer {
  private static final int WRITE_BYTES = 32 * 1024;
  private static final long NANOS_PER_MS = 1_000_000;

  private final Exchange exchange;
  private final WireCall wire;
  private final Verdict.Answer answer;
  private final int chunks;
  private final long firstNanos = System.nanoTime();
  private Buffer pending = Buffer.buffer();
  private int chunksSent;

  StreamedAnswer(Exchange exchange, WireCall wire, Verdict.Answer answer) {
    this.exchange = exchange;
    this.wire = wire;
    this.answer = answer;
    this.chunks = Math.ceilDiv(answer.text().words(), answer.timing().chunkWords());
  }

  void start() {
    exchange.response().setChunked(true);
    wire.streamHeaders(exchange.response().headers());
    wire.opening(pending, answer);
    exchange.watch();
    send();
  }

  private void send() {
    while (!exchange.isOver()) {
      if (isToBeCut()) {
        exchange.cutAfter(pending);
      } else if (chunksSent == chunks) {
        wire.closing(pending, answer);
        exchange.complete(pending);
      } else if (waitMs() > 0) {
        flush();
        resume();
        return;
      } else {
        addChunk();
        if (pending.length() >= WRITE_BYTES) {
          flush();
          if (exchange.response().writeQueueFull()) {
            exchange.response().drainHandler(drained -> send());
            return;
          }
        }
      }
    }
  }

  private boolean isToBeCut() {
    int cutAfterChunks = answer.timing().cutAfterChunks();
    return answer.timing().isCut() && chunksSent == Math.min(cutAfterChunks, chunks);
  }

  private void resume() {
    if (exchange.response().writeQueueFull()) {
      exchange.response().drainHandler(drained -> send());
    } else {
      exchange.after(waitMs(), this::send);
    }
  }

  /** Chunks are due at fixed times from the first, so that late timers do not slow the pace. */
  private long waitMs() {
    long dueNanos = chunksSent * answer.timing().interChunkNanos();
    return Math.ceilDiv(firstNanos + dueNanos - System.nanoTime(), NANOS_PER_MS);
  }

  private void addChunk() {
    int from = chunksSent * answer.timing().chunkWords();
    int to = Math.min(from + answer.timing().chunkWords(), answer.text().words());
    wire.words(pending, answer, from, to);
    chunksSent++;
  }

  private void flush() {
    if (pending.length() > 0) {
      exchange.response().write(pending);
      pending = Buffer.buffer();
    }
  }
}
