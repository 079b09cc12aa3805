package io.millrace.ingress.http;

import io.millrace.ingress.ApiError;
import io.millrace.ingress.BatchIds;
import io.millrace.ingress.Checked;
import io.millrace.ingress.Client;
import io.millrace.ingress.FileContent;
import io.millrace.ingress.FileJson;
import io.millrace.ingress.FileQuery;
import io.millrace.ingress.StoredFile;
import io.millrace.ingress.batches.BatchResultStream;
import io.millrace.ingress.kafka.AcceptListener;
import io.millrace.schemas.FileDeleted;
import java.util.Optional;
import java.util.function.Consumer;

/** An account's files: one, a list, the bytes, the end. */
final class FileCalls {

  private static final int LIMIT_MAX = 10_000;
  private static final String ASC = "asc";
  private static final String DESC = "desc";

  private final PendingCall.Scene scene;
  private final Backend backend;

  FileCalls(PendingCall.Scene scene) {
    this.scene = scene;
    this.backend = scene.backend();
  }

  void upload(Call call, Client client) {
    FileUpload.begin(scene, call, client);
  }

  void list(Call call, Client client) {
    switch (query(call)) {
      case Checked.Refused<FileQuery> refused -> call.fail(refused.error());
      case Checked.Ok<FileQuery>(FileQuery query) ->
          call.ask(
              () -> backend.view().files(client.account(), query),
              page -> call.json(200, FileJson.list(page.files(), page.hasMore())));
    }
  }

  private static Checked<FileQuery> query(Call call) {
    var order = call.parameter("order").orElse(DESC);
    if (!order.equals(ASC) && !order.equals(DESC)) {
      return Checked.refused(Parameters.bad("order", order, "It must be asc or desc."));
    }
    return Parameters.integer(call, "limit", LIMIT_MAX, 1, LIMIT_MAX)
        .then(
            limit ->
                Checked.ok(
                    new FileQuery(
                        call.parameter("purpose").orElse(null),
                        order.equals(DESC),
                        call.parameter("after").orElse(null),
                        limit.intValue())));
  }

  void get(Call call, Client client, String id) {
    find(call, client, id, file -> call.json(200, FileJson.bytes(file)));
  }

  void content(Call call, Client client, String id) {
    find(
        call,
        client,
        id,
        file ->
            FileDownload.begin(
                scene,
                call,
                file.bytes(),
                file.filename(),
                switch (file.content()) {
                  case FileContent.InBlob(String ref) -> () -> backend.blobs().open(ref, 0);
                  case FileContent.OfBatch(BatchIds.ResultFile results) ->
                      () ->
                          new BatchResultStream(
                              backend.view().batches(), backend.blobs(), client.account(), results);
                }));
  }

  void delete(Call call, Client client, String id) {
    find(
        call,
        client,
        id,
        file ->
            call.ask(
                () -> backend.view().batches().readerOf(client.account(), id),
                (Optional<String> reader) ->
                    reader.ifPresentOrElse(
                        batchId -> call.fail(beingRead(batchId)),
                        () -> delete(call, client, file))));
  }

  private static ApiError beingRead(String batchId) {
    return new ApiError(
        ApiError.Kind.INVALID_REQUEST,
        "The file is being read by %s. Delete it when that batch has taken in its lines."
            .formatted(batchId),
        "id");
  }

  private void find(Call call, Client client, String id, Consumer<StoredFile> next) {
    call.ask(
        () -> backend.view().file(client.account(), id),
        (Optional<StoredFile> found) -> {
          if (found.isPresent()) {
            next.accept(found.get());
          } else {
            call.fail(ApiError.fileNotFound(id));
          }
        });
  }

  private void delete(Call call, Client client, StoredFile file) {
    var admission = backend.admission();
    if (!admission.tryBegin()) {
      call.fail(ApiError.overloaded());
      return;
    }
    var record = new FileDeleted(file.fileId(), client.account(), backend.clock().instant());
    backend
        .producer()
        .append(
            client.account(),
            record,
            file.fileId(),
            new AcceptListener() {
              @Override
              public void onAcknowledged(int partition, long offset) {
                admission.end();
                call.loop().execute(() -> call.json(200, FileJson.deleted(file.fileId())));
              }

              @Override
              public void onFailed(Exception cause) {
                admission.end();
                call.loop().execute(() -> call.fail(ApiError.notAccepted()));
              }
            });
  }
}
