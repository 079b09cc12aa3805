package io.millrace.ingress.http;

import io.millrace.ingress.ApiError;
import io.millrace.ingress.blobs.BlobThreads;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * Sends what is read from somewhere that may block, piece by piece, as fast as the client takes it.
 * What breaks off in the middle breaks the connection, because the length was told.
 */
final class FileDownload implements OpenCalls.OpenCall {

  private static final int PIECE_BYTES = 256 * 1024;
  private static final byte[] END = new byte[0];
  private static final CharSequence BINARY =
      HttpHeaders.createOptimized("application/octet-stream");

  private final PendingCall.Scene scene;
  private final Call call;
  private final long bytes;
  private final String filename;
  private final BlobThreads.Work<InputStream> source;
  private boolean isReading;
  private boolean isOver;
  private @Nullable InputStream in;

  private FileDownload(
      PendingCall.Scene scene,
      Call call,
      long bytes,
      String filename,
      BlobThreads.Work<InputStream> source) {
    this.scene = scene;
    this.call = call;
    this.bytes = bytes;
    this.filename = filename;
    this.source = source;
  }

  /**
   * Answers with the bytes.
   *
   * @param bytes how many there are
   * @param source opened and read on threads that may block
   */
  static void begin(
      PendingCall.Scene scene,
      Call call,
      long bytes,
      String filename,
      BlobThreads.Work<InputStream> source) {
    if (!scene.backend().admission().tryDownload()) {
      call.fail(ApiError.overloaded());
      return;
    }
    var download = new FileDownload(scene, call, bytes, filename, source);
    scene.open().add(download);
    call.response().closeHandler(nothing -> download.end());
    download.open();
  }

  private void open() {
    isReading = true;
    call.ask(() -> scene.backend().blobThreads().ask(source), this::onOpened, this::fail);
  }

  private void onOpened(InputStream opened) {
    isReading = false;
    in = opened;
    if (isOver) {
      close(opened);
      return;
    }
    call.response()
        .putHeader(Call.REQUEST_ID, call.requestId())
        .putHeader(HttpHeaders.CONTENT_TYPE, BINARY)
        .putHeader(HttpHeaders.CONTENT_LENGTH, Long.toString(bytes))
        .putHeader("content-disposition", disposition(filename));
    read(opened);
  }

  /** Names the file in the plain form and, for what is not ASCII, in the encoded one. */
  private static String disposition(String filename) {
    var plain = new StringBuilder();
    filename
        .chars()
        .forEach(c -> plain.append(c >= ' ' && c < 0x7f && c != '"' && c != '\\' ? (char) c : '_'));
    var encoded =
        java.net.URLEncoder.encode(filename, java.nio.charset.StandardCharsets.UTF_8)
            .replace("+", "%20");
    return "attachment; filename=\"" + plain + "\"; filename*=UTF-8''" + encoded;
  }

  private void read(InputStream opened) {
    isReading = true;
    call.ask(
        () -> scene.backend().blobThreads().ask(() -> piece(opened)),
        piece -> onPiece(opened, piece),
        this::fail);
  }

  private static byte[] piece(InputStream opened) throws IOException {
    var piece = new byte[PIECE_BYTES];
    int length = opened.readNBytes(piece, 0, piece.length);
    return length == 0 ? END : length == piece.length ? piece : Arrays.copyOf(piece, length);
  }

  private void onPiece(InputStream opened, byte[] piece) {
    isReading = false;
    if (isOver) {
      close(opened);
      return;
    }
    var response = call.response();
    if (piece.length == 0) {
      end();
      response.end();
      return;
    }
    response.write(Buffer.buffer(piece));
    if (response.writeQueueFull()) {
      response.drainHandler(nothing -> onDrained(opened));
    } else {
      read(opened);
    }
  }

  private void onDrained(InputStream opened) {
    if (!isOver && !isReading) {
      read(opened);
    }
  }

  private void fail(ApiError error) {
    isReading = false;
    if (!isOver) {
      end();
      if (call.response().headWritten()) {
        call.request().connection().close();
      } else {
        call.fail(error);
      }
    }
  }

  private void end() {
    if (isOver) {
      return;
    }
    isOver = true;
    scene.backend().admission().endDownload();
    scene.open().remove(this);
    var opened = in;
    if (opened != null && !isReading) {
      close(opened);
    }
  }

  private void close(InputStream opened) {
    try {
      scene.backend().blobThreads().tell(opened::close);
    } catch (RejectedExecutionException e) {
      // The garbage collector closes it.
      return;
    }
  }

  @Override
  public void abandon() {
    fail(ApiError.overloaded());
  }
}
