package io.millrace.ingress;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.millrace.schemas.AttemptIds;
import io.millrace.schemas.AttemptReplied;
import io.millrace.schemas.Lane;
import io.millrace.schemas.OnDoubt;
import io.millrace.schemas.RequestResult;
import io.millrace.schemas.RequestStateChanged;
import io.millrace.schemas.RequestStatus;
import io.millrace.schemas.RequestSubmitted;
import io.millrace.schemas.StreamDelta;
import io.millrace.schemas.Usage;
import io.millrace.schemas.Verdict;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** Records with good defaults, so that a test shows only what matters. */
public final class Records {

  public static final Instant AT = Instant.parse("2026-11-21T10:00:00Z");

  private Records() {}

  public static RequestSubmitted.Builder aRequest(String account, String requestId) {
    return RequestSubmitted.newBuilder()
        .setRequestId(requestId)
        .setAccount(account)
        .setKeyName("ci")
        .setEndpoint("/v1/chat/completions")
        .setModel("gpt-4o-mini")
        .setLane(Lane.STANDARD)
        .setStream(false)
        .setSubmittedAt(AT)
        .setFingerprint("f".repeat(64))
        .setOnDoubt(OnDoubt.REPEAT)
        .setInputTokensEstimated(10)
        .setInputTokensMax(100)
        .setBody(bytes("{}"));
  }

  public static RequestResult.Builder aResult(String account, String requestId) {
    return RequestResult.newBuilder()
        .setRequestId(requestId)
        .setAccount(account)
        .setStatus(RequestStatus.COMPLETED)
        .setHttpStatus(200)
        .setModel("gpt-4o-mini")
        .setProvider("openai")
        .setUpstreamModel("gpt-4o-mini-2024")
        .setAttempts(1)
        .setAttempt(1)
        .setUsage(new Usage(12L, 2L, 0L, 0L, 5L, 1L, false))
        .setCostUsd(new BigDecimal("0.001200000000"))
        .setSubmittedAt(AT)
        .setStartedAt(AT.plusSeconds(1))
        .setFinishedAt(AT.plusSeconds(2))
        .setLane(Lane.STANDARD)
        .setTags(Map.of())
        .setBody(bytes("{\"id\":\"chatcmpl-1\"}"));
  }

  public static AttemptReplied.Builder aReply(String account, String requestId) {
    return AttemptReplied.newBuilder()
        .setAttemptId(AttemptIds.of(requestId, 1))
        .setRequestId(requestId)
        .setAccount(account)
        .setNumber(1)
        .setProvider("openai")
        .setModel("gpt-4o-mini-2024")
        .setWorker("worker-1")
        .setIncarnation("1")
        .setVerdict(Verdict.COMPLETED)
        .setHttpStatus(200)
        .setStartedAt(AT)
        .setRepliedAt(AT.plusSeconds(1))
        .setBody(bytes("{\"id\":\"chatcmpl-1\"}"));
  }

  public static StreamDelta aDelta(String account, String requestId, int attempt, int sequence) {
    return new StreamDelta(
        requestId,
        account,
        attempt,
        sequence,
        AT,
        bytes("{\"delta\":\"" + attempt + "." + sequence + "\"}"),
        List.of());
  }

  public static RequestStateChanged.Builder aChange(String account, String requestId) {
    return RequestStateChanged.newBuilder()
        .setRequestId(requestId)
        .setAccount(account)
        .setStatus(RequestStatus.IN_PROGRESS)
        .setAttempt(1)
        .setProvider("openai")
        .setChangedAt(AT.plusSeconds(1));
  }

  public static ByteBuffer bytes(String text) {
    return ByteBuffer.wrap(text.getBytes(UTF_8));
  }
}
