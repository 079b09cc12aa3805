package io.millrace.ingress;

import io.millrace.schemas.AttachedFile;
import io.millrace.schemas.Lane;
import io.millrace.schemas.RequestSubmitted;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Everything that becomes a {@link RequestSubmitted}.
 *
 * @param lane used when the options name none
 * @param idempotencyKey the key from which the id was derived
 * @param batchId the batch of which this is a line
 */
public record Submission(
    String requestId,
    Client client,
    Endpoint endpoint,
    ModelCall call,
    RequestOptions options,
    Lane lane,
    @Nullable String idempotencyKey,
    @Nullable String batchId,
    @Nullable String customId,
    ByteBuffer body) {

  /** A file cannot have more tokens than base64 digits, as one that stands in the body. */
  private int inputTokensMax(List<AttachedFile> files) {
    long bytes = files.stream().mapToLong(AttachedFile::getBytes).sum();
    return (int) Math.min(Integer.MAX_VALUE, call.inputTokensMax() + (bytes + 2) / 3 * 4);
  }

  /** True when the id may come again, so that the bodies have to be told apart. */
  private boolean isRepeatable() {
    return idempotencyKey != null || batchId != null;
  }

  /**
   * The record. Bodies of a batch's lines are not kept: there may be a million of them, and their
   * answers are read as results of the batch. Made by the constructor of all fields: the builder
   * copies defaults each time.
   */
  public RequestSubmitted toRecord(Instant now) {
    return toRecord(now, List.of());
  }

  /**
   * The same with the files that the body names.
   *
   * @param files found by {@link io.millrace.ingress.kafka.FileResolver}
   */
  // The generated constructor takes null for what is absent, which its package cannot say.
  @SuppressWarnings("NullAway")
  public RequestSubmitted toRecord(Instant now, List<AttachedFile> files) {
    return new RequestSubmitted(
        requestId,
        client.account(),
        client.keyName(),
        endpoint.path(),
        call.model(),
        Optional.ofNullable(options.lane()).orElse(lane),
        call.stream(),
        now,
        options.notBefore(),
        options.deadline(),
        isRepeatable() ? endpoint.fingerprint(body) : "",
        idempotencyKey,
        options.onDoubt(),
        options.callbackUrl(),
        options.responseTopic(),
        batchId,
        customId,
        call.user(),
        options.tags(),
        call.inputTokensEstimated(),
        inputTokensMax(files),
        call.outputTokensMax(),
        call.choices(),
        call.contextTokensEstimated(),
        call.needs(),
        body.duplicate(),
        null,
        files,
        call.keepsBody() && batchId == null);
  }
}
