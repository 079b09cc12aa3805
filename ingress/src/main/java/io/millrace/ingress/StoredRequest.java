package io.millrace.ingress;

import io.millrace.schemas.Lane;
import io.millrace.schemas.RequestSubmitted;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the status view keeps of a submitted request; its body, if kept at all, stands elsewhere.
 *
 * @param fingerprint tells same from other where an id can be repeated; empty for a fresh id
 * @param offset where the first submission stands in its account's partition
 * @param keepsBody true when the view keeps the body too
 * @param bodyRef where in the blob store a large body is
 * @param isDeleted true when the client wished it forgotten; nobody is shown it then
 */
public record StoredRequest(
    String requestId,
    String endpoint,
    String model,
    Lane lane,
    boolean stream,
    Instant submittedAt,
    String fingerprint,
    @Nullable String batchId,
    @Nullable String customId,
    Map<String, String> tags,
    long offset,
    boolean keepsBody,
    @Nullable String bodyRef,
    boolean isDeleted) {

  public StoredRequest {
    tags = Map.copyOf(tags);
  }

  /** What is kept of a submission that stands at this offset. */
  public static StoredRequest of(RequestSubmitted record, long offset) {
    boolean isDerived = record.getIdempotencyKey().isPresent() || record.getBatchId().isPresent();
    return new StoredRequest(
        record.getRequestId(),
        record.getEndpoint(),
        record.getModel(),
        record.getLane(),
        record.getStream(),
        record.getSubmittedAt(),
        isDerived ? record.getFingerprint() : "",
        record.getBatchId().orElse(null),
        record.getCustomId().orElse(null),
        record.getTags(),
        offset,
        record.getKeepsBody(),
        record.getBodyRef().orElse(null),
        false);
  }

  /** The same after the client wished it forgotten: its id stays taken. */
  public StoredRequest deleted() {
    return new StoredRequest(
        requestId,
        endpoint,
        model,
        lane,
        stream,
        submittedAt,
        fingerprint,
        batchId,
        customId,
        Map.of(),
        offset,
        false,
        null,
        true);
  }

  /** True when the id was derived, so that it says nothing about time and may be repeated. */
  public boolean isDerived() {
    return !fingerprint.isEmpty();
  }

  /** Milliseconds by which lists are ordered. */
  public long listedAt() {
    return isDerived() ? submittedAt.toEpochMilli() : RequestIds.millisOf(requestId);
  }
}
