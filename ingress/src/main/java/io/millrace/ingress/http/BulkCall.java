package io.millrace.ingress.http;

import io.millrace.ingress.ApiError;
import io.millrace.ingress.BulkLine;
import io.millrace.ingress.BulkReceipt;
import io.millrace.ingress.Checked;
import io.millrace.ingress.Client;
import io.millrace.ingress.FileMentions;
import io.millrace.ingress.RequestIds;
import io.millrace.ingress.RequestOptions;
import io.millrace.ingress.RequestOptions.Option;
import io.millrace.ingress.Submission;
import io.millrace.ingress.kafka.AcceptListener;
import io.millrace.schemas.AttachedFile;
import io.millrace.schemas.Lane;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Takes a batch in line by line: each is accepted as it arrives, and a receipt for each goes out in
 * the order of the lines. The client's upload is held up while too many lines are on their way to
 * the log, ingress as a whole is full, or the client does not read its receipts.
 */
final class BulkCall implements OpenCalls.OpenCall {

  private static final int LINES_IN_FLIGHT_MAX = 1_000;
  private static final int RECEIPT_BYTES_UNREAD_MAX = 8 << 20;
  private static final long RETRY_MS = 20;
  private static final CharSequence NDJSON = HttpHeaders.createOptimized("application/x-ndjson");

  private final PendingCall.Scene scene;
  private final Backend backend;
  private final Call call;
  private final Client client;
  private final String batchId;
  private final Map<Option, String> headers = new EnumMap<>(Option.class);
  private final LineSplitter splitter;
  private final Deque<Slot> slots = new ArrayDeque<>();
  private long linesRead;
  private int linesInFlight;
  private int receiptBytesUnread;
  private boolean isPaused;
  private boolean isRead;
  private boolean isOver;
  private @Nullable Stalled stalled;

  /** A line whose receipt is to come. */
  private static final class Slot {
    final long line;
    @Nullable String customId;
    @Nullable BulkReceipt receipt;

    Slot(long line) {
      this.line = line;
    }
  }

  /** A line that found ingress full, and since when. */
  private record Stalled(
      Slot slot, Submission submission, List<AttachedFile> files, long giveUpAtNanos) {}

  private BulkCall(PendingCall.Scene scene, Call call, Client client, String batchId) {
    this.scene = scene;
    this.backend = scene.backend();
    this.call = call;
    this.client = client;
    this.batchId = batchId;
    this.splitter = new LineSplitter(backend.config().http().bodyMaxBytes());
    for (var option : Option.values()) {
      call.header(option.header()).ifPresent(text -> headers.put(option, text));
    }
  }

  static void begin(PendingCall.Scene scene, Call call, Client client) {
    var named =
        CallHeaders.name(call, "Millrace-Batch")
            .then(
                name ->
                    name.isPresent()
                        ? Checked.ok(name)
                        : CallHeaders.name(call, CallHeaders.IDEMPOTENCY_KEY));
    switch (named) {
      case Checked.Refused<Optional<String>> refused -> call.fail(refused.error());
      case Checked.Ok<Optional<String>> ok -> {
        var batchId =
            ok.value()
                .map(given -> RequestIds.ofBatch(client.account(), given))
                .orElseGet(RequestIds::freshBatch);
        new BulkCall(scene, call, client, batchId).begin();
      }
    }
  }

  private void begin() {
    var rules = CallHeaders.rules(backend, client);
    if (RequestOptions.parse(headers::get, rules)
        instanceof Checked.Refused<RequestOptions> refused) {
      call.fail(refused.error());
      return;
    }
    if (!backend.admission().tryBulk()) {
      call.fail(ApiError.overloaded());
      return;
    }
    scene.open().add(this);
    call.response()
        .setChunked(true)
        .putHeader(Call.REQUEST_ID, call.requestId())
        .putHeader("millrace-batch-id", batchId)
        .putHeader(HttpHeaders.CONTENT_TYPE, NDJSON);
    call.response().closeHandler(nothing -> end());
    var request = call.request();
    request.exceptionHandler(e -> end());
    request.handler(
        piece -> {
          splitter.add(piece);
          pump();
        });
    request.endHandler(
        nothing -> {
          isRead = true;
          splitter.end();
          pump();
        });
  }

  /** Takes in as many lines as there is room for and sets the flow of the upload to it. */
  private void pump() {
    while (!isOver && hasRoom()) {
      var line = splitter.next();
      if (line.isEmpty()) {
        break;
      }
      linesRead++;
      onLine(line.get());
    }
    if (isOver) {
      return;
    }
    boolean holdsUp = !hasRoom();
    if (holdsUp && !isPaused) {
      call.request().pause();
    } else if (!holdsUp && isPaused) {
      call.request().resume();
    }
    isPaused = holdsUp;
    if (isRead && !holdsUp && slots.isEmpty()) {
      end();
      call.response().end();
    }
  }

  private boolean hasRoom() {
    return stalled == null
        && linesInFlight < LINES_IN_FLIGHT_MAX
        && receiptBytesUnread < RECEIPT_BYTES_UNREAD_MAX;
  }

  private void onLine(LineSplitter.Line line) {
    if (line.text().length() == 0 && !line.isTooLong()) {
      return;
    }
    var slot = new Slot(linesRead);
    slots.add(slot);
    linesInFlight++;
    if (line.isTooLong()) {
      done(
          slot,
          ApiError.of(
              ApiError.Kind.BODY_TOO_LARGE,
              "The line is longer than the limit of "
                  + backend.config().http().bodyMaxBytes()
                  + " bytes."));
      return;
    }
    var read = BulkLine.read(line.text().getBytes());
    slot.customId = read.customId();
    var submission =
        read.parsed()
            .then(
                parsed ->
                    ModelCalls.routed(backend, parsed.call())
                        .then(routed -> options(parsed))
                        .then(options -> Checked.ok(submission(parsed, options))));
    switch (submission) {
      case Checked.Refused<Submission> refused -> done(slot, refused.error());
      case Checked.Ok<Submission>(Submission ready) -> attach(slot, ready);
    }
  }

  /** Looks up what the line names; the next lines wait for it, so that none is held uncounted. */
  private void attach(Slot slot, Submission ready) {
    long giveUpAt = System.nanoTime() + backend.config().ingress().acceptTimeout().toNanos();
    var mentions = FileMentions.in(ready.body());
    if (mentions.isEmpty()) {
      submit(new Stalled(slot, ready, List.of(), giveUpAt));
      return;
    }
    stalled = new Stalled(slot, ready, List.of(), giveUpAt);
    call.ask(
        () -> backend.files().resolve(client.account(), mentions),
        files -> {
          switch (files) {
            case Checked.Refused<List<AttachedFile>> refused ->
                goOn(() -> done(slot, refused.error().inside("body")));
            case Checked.Ok<List<AttachedFile>>(List<AttachedFile> found) ->
                goOn(() -> submit(new Stalled(slot, ready, found, giveUpAt)));
          }
        },
        error -> goOn(() -> done(slot, error)));
  }

  private void goOn(Runnable step) {
    stalled = null;
    if (!isOver) {
      step.run();
      pump();
    }
  }

  /** The line's own options before those of the call. */
  private Checked<RequestOptions> options(BulkLine.Parsed parsed) {
    return RequestOptions.parse(
        option -> parsed.option(option).orElse(headers.get(option)),
        CallHeaders.rules(backend, client));
  }

  private Submission submission(BulkLine.Parsed parsed, RequestOptions options) {
    return new Submission(
        RequestIds.ofBatchLine(client.account(), batchId, parsed.customId()),
        client,
        parsed.endpoint(),
        parsed.call(),
        options,
        Lane.BULK,
        null,
        batchId,
        parsed.customId(),
        parsed.body());
  }

  private void submit(Stalled line) {
    var admission = backend.admission();
    int bytes = line.submission().body().remaining();
    if (!admission.tryHold(bytes)) {
      stall(line);
      return;
    }
    if (!admission.tryBegin()) {
      admission.release(bytes);
      stall(line);
      return;
    }
    backend
        .producer()
        .submit(
            line.submission().toRecord(backend.clock().instant(), line.files()),
            new AcceptListener() {
              @Override
              public void onAcknowledged(int partition, long offset) {
                release();
                var id = line.submission().requestId();
                call.loop().execute(() -> done(line.slot(), new BulkReceipt.Accepted(id)));
              }

              @Override
              public void onFailed(Exception cause) {
                release();
                call.loop().execute(() -> done(line.slot(), ApiError.notAccepted()));
              }

              private void release() {
                admission.release(bytes);
                admission.end();
              }
            });
  }

  private void stall(Stalled line) {
    if (System.nanoTime() > line.giveUpAtNanos()) {
      done(line.slot(), ApiError.overloaded());
      return;
    }
    stalled = line;
    scene.vertx().setTimer(RETRY_MS, timer -> goOn(() -> submit(line)));
  }

  private void done(Slot slot, ApiError error) {
    done(slot, new BulkReceipt.NotAccepted(error));
  }

  private void done(Slot slot, BulkReceipt receipt) {
    slot.receipt = receipt;
    linesInFlight--;
    if (slots.peek() != slot || isOver) {
      return;
    }
    var out = Buffer.buffer();
    while (!slots.isEmpty() && slots.element().receipt != null) {
      var first = slots.remove();
      if (first.receipt != null) {
        out.appendBytes(BulkReceipt.toJson(first.line, first.customId, batchId, first.receipt));
      }
    }
    write(out);
    if (linesInFlight == 0 || isPaused) {
      call.loop().execute(this::pump);
    }
  }

  private void write(Buffer receipts) {
    int size = receipts.length();
    receiptBytesUnread += size;
    call.response()
        .write(receipts)
        .onComplete(
            written -> {
              receiptBytesUnread -= size;
              if (isPaused) {
                pump();
              }
            });
  }

  /** What was accepted stays accepted; feeding the rest again is safe. */
  private void end() {
    if (!isOver) {
      isOver = true;
      backend.admission().endBulk();
      scene.open().remove(this);
    }
  }

  @Override
  public void abandon() {
    end();
    call.response().reset();
  }
}
