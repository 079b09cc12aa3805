package io.millrace.ingress.http;

import io.millrace.ingress.ApiError;
import io.millrace.ingress.Checked;
import io.millrace.ingress.Client;
import io.millrace.ingress.FileForm;
import io.millrace.ingress.FileIds;
import io.millrace.ingress.FileJson;
import io.millrace.ingress.StoredFile;
import io.millrace.ingress.kafka.AcceptListener;
import io.millrace.schemas.FileStored;
import io.millrace.schemas.config.FilesConfig;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerFileUpload;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Takes a file in: its bytes go to the blob store as they arrive, the fields of the form may stand
 * before or behind them, and the file is there once it is on the log. Whatever ends earlier leaves
 * nothing behind.
 */
final class FileUpload implements OpenCalls.OpenCall {

  private static final String FORM = "multipart/form-data";
  private static final String FILE = "file";

  /** What an upload may take at most while its parts are told apart. */
  private static final int DECODER_BYTES_MAX = 16 << 20;

  /** What the form around a file may add to it. */
  private static final int FORM_BYTES_MAX = 1 << 20;

  private final PendingCall.Scene scene;
  private final Backend backend;
  private final FilesConfig config;
  private final Call call;
  private final Client client;
  private final String ref;
  private int held;
  private @Nullable BlobSink sink;
  private String filename = "";
  private boolean isWhole;
  private boolean isOver;

  private FileUpload(PendingCall.Scene scene, Call call, Client client) {
    this.scene = scene;
    this.backend = scene.backend();
    this.config = backend.config().files();
    this.call = call;
    this.client = client;
    this.ref = "files/" + client.account() + "/" + FileIds.freshDigits();
  }

  static void begin(PendingCall.Scene scene, Call call, Client client) {
    new FileUpload(scene, call, client).begin();
  }

  private void begin() {
    var request = call.request();
    if (call.header("content-type").filter(FileUpload::isForm).isEmpty()) {
      call.failUnread(
          scene.vertx(),
          ApiError.of(
              ApiError.Kind.INVALID_REQUEST,
              "The body must be multipart/form-data with a boundary."));
      return;
    }
    long announced = announcedBytes();
    if (announced > bytesMax() + FORM_BYTES_MAX) {
      call.failUnread(scene.vertx(), FileForm.tooLarge(bytesMax()));
      return;
    }
    held = (int) Math.min(announced, DECODER_BYTES_MAX);
    if (!backend.admission().tryUpload(held)) {
      call.failUnread(scene.vertx(), ApiError.overloaded());
      return;
    }
    scene.open().add(this);
    call.response().closeHandler(nothing -> giveUp());
    request.exceptionHandler(e -> refuse(malformed()));
    request.uploadHandler(this::onPart);
    request.endHandler(nothing -> onEnd());
    try {
      request.setExpectMultipart(true);
    } catch (RuntimeException e) {
      // Netty finds no boundary.
      refuse(malformed());
    }
  }

  private static boolean isForm(String contentType) {
    return contentType.regionMatches(true, 0, FORM, 0, FORM.length());
  }

  private long announcedBytes() {
    try {
      return call.header("content-length").map(Long::parseLong).orElse((long) DECODER_BYTES_MAX);
    } catch (NumberFormatException e) {
      return DECODER_BYTES_MAX;
    }
  }

  private long bytesMax() {
    return Math.max(config.bytesMax(), config.batchFileBytesMax());
  }

  private void onPart(HttpServerFileUpload part) {
    if (isOver || sink != null || !part.name().equals(FILE)) {
      return;
    }
    filename = FileForm.filename(Optional.ofNullable(part.filename()).orElse(""));
    // The request is held up, not the part: so the end of the form is seen behind the part's.
    var opened = new BlobSink(backend, call.loop(), ref, call.request(), this::onStoreFailed);
    sink = opened;
    part.handler(piece -> onPiece(opened, piece));
    part.endHandler(nothing -> isWhole = true);
  }

  private void onPiece(BlobSink opened, Buffer piece) {
    opened.add(piece);
    if (opened.bytes() > bytesMax()) {
      refuse(FileForm.tooLarge(bytesMax()));
    }
  }

  private void onEnd() {
    var opened = sink;
    if (isOver) {
      return;
    }
    if (opened == null || filename.isEmpty()) {
      refuse(FileForm.missing(FILE));
      return;
    }
    if (!isWhole) {
      refuse(malformed());
      return;
    }
    var form =
        FileForm.parse(call.request()::getFormAttribute, config)
            .then(fine -> fine.accepts(filename, opened.bytes(), config));
    switch (form) {
      case Checked.Refused<FileForm> refused -> refuse(refused.error());
      case Checked.Ok<FileForm>(FileForm fine) ->
          call.await(opened.commit(), done -> store(fine, opened.bytes()), this::refuse);
    }
  }

  private void store(FileForm form, long bytes) {
    if (isOver || !backend.admission().tryBegin()) {
      removeBlob();
      refuse(ApiError.overloaded());
      return;
    }
    var record = record(form, bytes);
    backend
        .producer()
        .append(
            client.account(),
            record,
            record.getFileId(),
            new AcceptListener() {
              @Override
              public void onAcknowledged(int partition, long offset) {
                backend.admission().end();
                call.loop().execute(() -> answer(StoredFile.of(record)));
              }

              @Override
              public void onFailed(Exception cause) {
                backend.admission().end();
                // The record may be on the log nevertheless, and then the file is whole.
                call.loop().execute(() -> refuse(ApiError.notAccepted()));
              }
            });
  }

  // The generated constructor takes null for what is absent, which its package cannot say.
  @SuppressWarnings("NullAway")
  private FileStored record(FileForm form, long bytes) {
    var fileId = FileIds.fresh();
    var createdAt = Instant.ofEpochMilli(FileIds.millisOf(fileId));
    return new FileStored(
        fileId,
        client.account(),
        form.purpose(),
        filename,
        bytes,
        ref,
        createdAt,
        form.expiresAt(createdAt).orElse(null));
  }

  private void answer(StoredFile file) {
    if (!isOver) {
      end();
      call.json(200, FileJson.bytes(file));
    }
  }

  private void onStoreFailed(Throwable e) {
    refuse(call.errorOf(e));
  }

  private void removeBlob() {
    backend.blobThreads().tell(() -> backend.blobs().delete(ref));
  }

  private void refuse(ApiError error) {
    if (!isOver) {
      giveUp();
      call.failUnread(scene.vertx(), error);
    }
  }

  private void giveUp() {
    if (!isOver) {
      end();
      var opened = sink;
      if (opened != null) {
        opened.abort();
      }
    }
  }

  private void end() {
    isOver = true;
    backend.admission().endUpload(held);
    scene.open().remove(this);
  }

  private static ApiError malformed() {
    return ApiError.of(
        ApiError.Kind.INVALID_REQUEST,
        "We could not parse the multipart/form-data body of your request.");
  }

  @Override
  public void abandon() {
    refuse(ApiError.overloaded());
  }
}
