package io.millrace.ingress.http;

import io.millrace.bootstrap.blobs.BlobWriter;
import io.millrace.ingress.blobs.BlobThreads;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.streams.ReadStream;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Carries what arrives on an event loop into a blob, one write at a time on threads that may block.
 * It holds the source up while the store is slower. Without a commit nothing is left of it.
 */
final class BlobSink {

  private static final int WRITE_BYTES = 512 * 1024;
  private static final int UNWRITTEN_BYTES_MAX = 2 * WRITE_BYTES;

  private final Backend backend;
  private final LoopQueue loop;
  private final String ref;
  private final ReadStream<Buffer> source;
  private final Consumer<Throwable> failed;
  private final CompletableFuture<Boolean> committed = new CompletableFuture<>();
  private Buffer unwritten = Buffer.buffer();
  private long bytes;
  private boolean isWriting;
  private boolean isPaused;
  private boolean isEnded;
  private boolean isOver;

  /** Touched by the work of this sink alone, of which there is one at a time. */
  private volatile @Nullable BlobWriter writer;

  /**
   * @param failed told once, on the event loop, when the store cannot take it
   */
  BlobSink(
      Backend backend,
      LoopQueue loop,
      String ref,
      ReadStream<Buffer> source,
      Consumer<Throwable> failed) {
    this.backend = backend;
    this.loop = loop;
    this.ref = ref;
    this.source = source;
    this.failed = failed;
  }

  /** How much was added. */
  long bytes() {
    return bytes;
  }

  void add(Buffer piece) {
    if (isOver) {
      return;
    }
    bytes += piece.length();
    unwritten.appendBuffer(piece);
    if (!isWriting && unwritten.length() >= WRITE_BYTES) {
      write();
    } else if (isWriting && !isPaused && unwritten.length() >= UNWRITTEN_BYTES_MAX) {
      isPaused = true;
      source.pause();
    }
  }

  /** Nothing more comes: writes the rest and makes the blob visible. */
  CompletableFuture<Boolean> commit() {
    isEnded = true;
    if (!isWriting && !isOver) {
      write();
    }
    return committed;
  }

  private void write() {
    var piece = unwritten.getBytes();
    boolean isLast = isEnded;
    unwritten = Buffer.buffer(WRITE_BYTES);
    isWriting = true;
    run(
        () -> {
          var open = writer();
          open.write(piece, 0, piece.length);
          if (isLast) {
            open.commit();
            open.close();
          }
        },
        () -> onWritten(isLast));
  }

  private BlobWriter writer() throws IOException {
    var open = writer;
    if (open == null) {
      open = backend.blobs().create(ref);
      writer = open;
    }
    return open;
  }

  private void run(BlobThreads.Order order, Runnable next) {
    try {
      backend
          .blobThreads()
          .tell(order)
          .whenComplete((done, e) -> loop.execute(() -> onDone(e, next)));
    } catch (RejectedExecutionException e) {
      onDone(e, next);
    }
  }

  private void onDone(@Nullable Throwable e, Runnable next) {
    isWriting = false;
    if (isOver) {
      giveUpWriter();
    } else if (e == null) {
      next.run();
    } else {
      abort();
      failed.accept(e);
    }
  }

  private void onWritten(boolean isLast) {
    if (isLast) {
      isOver = true;
      committed.complete(true);
      return;
    }
    if (isEnded || unwritten.length() >= WRITE_BYTES) {
      write();
    }
    if (isPaused) {
      isPaused = false;
      source.resume();
    }
  }

  /** Leaves nothing behind; without effect on a blob that is committed. */
  void abort() {
    if (isOver) {
      return;
    }
    isOver = true;
    unwritten = Buffer.buffer();
    if (isPaused) {
      isPaused = false;
      source.resume();
    }
    if (!isWriting) {
      giveUpWriter();
    }
  }

  private void giveUpWriter() {
    var open = writer;
    if (open != null) {
      try {
        boolean isVisible = isEnded;
        backend
            .blobThreads()
            .tell(
                () -> {
                  open.close();
                  if (isVisible) {
                    backend.blobs().delete(ref);
                  }
                });
      } catch (RejectedExecutionException e) {
        // What is left of it goes at the next start.
        return;
      }
    }
  }
}
