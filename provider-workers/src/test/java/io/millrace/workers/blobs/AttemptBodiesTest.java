package io.millrace.workers.blobs;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.millrace.bootstrap.blobs.BlobStore;
import io.millrace.bootstrap.blobs.BlobStores;
import io.millrace.bootstrap.blobs.LargeBodies;
import io.millrace.schemas.AttachedFile;
import io.millrace.schemas.AttemptRequested;
import io.millrace.schemas.Lane;
import io.millrace.schemas.Verdict;
import io.millrace.schemas.config.MediaConfig;
import io.millrace.workers.Outcome;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AttemptBodiesTest {

  private static final int FILE_BYTES_MAX = 100;
  private static final byte[] BYTES = {1, 2, 3};
  private static final String DATA = Base64.getEncoder().encodeToString(BYTES);
  private static final String CHAT =
      """
      {"messages":[{"role":"user","content":[{"type":"file","file":{"file_id":"file-1"}}]}]}""";

  @TempDir Path directory;
  private BlobStore blobs;
  private AttemptBodies bodies;

  @BeforeEach
  void open() {
    blobs = BlobStores.at("", directory);
    bodies =
        new AttemptBodies(blobs, new MediaConfig(false, FILE_BYTES_MAX, 2, Duration.ofSeconds(1)));
  }

  @AfterEach
  void close() {
    bodies.close();
  }

  @Test
  void shouldReadTheBodyFromTheStore() throws IOException {
    // Given
    var ref = LargeBodies.ofRequest("acme", "1", 11);
    blobs.put(ref, "{\"a\": true}".getBytes(UTF_8));
    // When
    var whole = bodies.load(anAttempt().setBodyRef(ref).build()).join();
    // Then
    assertThat(text(whole.attempt().getBody())).isEqualTo("{\"a\": true}");
    assertThat(AttemptBodies.areElsewhere(whole.attempt())).isFalse();
    whole.release().run();
  }

  @Test
  void shouldPutTheBytesOfAFileInThePlaceOfItsId() throws IOException {
    // Given
    blobs.put("files/acme/1", BYTES);
    var attempt =
        anAttempt().setBody(bytes(CHAT)).setFiles(List.of(file("file-1", "Report.PDF"))).build();
    // When
    var whole = bodies.load(attempt).join();
    // Then
    assertThat(text(whole.attempt().getBody()))
        .isEqualTo(
            """
            {"messages":[{"role":"user","content":[{"type":"file","file":\
            {"file_data":"data:application/pdf;base64,%s","filename":"Report.PDF"}}]}]}"""
                .formatted(DATA));
  }

  @Test
  void shouldInlineTheFilesOfResponses() throws IOException {
    // Given
    blobs.put("files/acme/1", BYTES);
    var body =
        """
        {"input":[{"role":"user","content":[{"type":"input_image","file_id":"file-1"},\
        {"type":"input_file","file_id":"file-1","filename":"mine.txt"},\
        {"type":"input_file","file_id":"file-2"}]}]}""";
    var attempt = anAttempt().setBody(bytes(body)).setFiles(List.of(file("file-1", "a.png")));
    // When
    var whole = bodies.load(attempt.build()).join();
    // Then
    assertThat(text(whole.attempt().getBody()))
        .isEqualTo(
            """
            {"input":[{"role":"user","content":[\
            {"type":"input_image","image_url":"data:image/png;base64,%s"},\
            {"type":"input_file","filename":"mine.txt","file_data":"data:image/png;base64,%s"},\
            {"type":"input_file","file_id":"file-2"}]}]}"""
                .formatted(DATA, DATA));
  }

  @Test
  void shouldBlameTheRequestWhenAFileIsGoneOrTooLargeOrOneOfTooMany() {
    // Given
    var gone = anAttempt().setBody(bytes(CHAT)).setFiles(List.of(file("file-1", "a"))).build();
    var large =
        anAttempt()
            .setBody(bytes(CHAT))
            .setFiles(List.of(new AttachedFile("file-1", "files/acme/1", "a", FILE_BYTES_MAX + 1L)))
            .build();
    var many =
        anAttempt()
            .setBody(bytes(CHAT))
            .setFiles(List.of(file("file-1", "a"), file("file-2", "a"), file("file-3", "a")))
            .build();
    // When
    var failures = List.of(failureOf(gone), failureOf(large), failureOf(many));
    // Then
    assertThat(failures).allSatisfy(f -> assertThat(f.verdict()).isEqualTo(Verdict.INVALID));
    assertThat(failures.getFirst().error().message()).isEqualTo("No such File object: file-1");
  }

  @Test
  void shouldFailForAWhileWhenTheStoreIsAway() throws IOException {
    // Given
    var ref = LargeBodies.ofRequest("acme", "1", 11);
    Files.createDirectories(directory.resolve("blobs").resolve(ref));
    // When
    var failure = failureOf(anAttempt().setBodyRef(ref).build());
    // Then
    assertThat(failure.verdict()).isEqualTo(Verdict.UPSTREAM_FAILURE);
    assertThat(failure.error().code()).isEqualTo("blob_store_unavailable");
  }

  @Test
  void shouldLetWaitWhoAsksForMoreThanIsLeft() {
    // Given
    var budget = new ByteBudget(10);
    var first = budget.take(7);
    var second = budget.take(100);
    var third = budget.take(1);
    assertThat(first).isCompletedWithValue(7L);
    assertThat(second).isNotDone();
    assertThat(third).isNotDone();
    // When
    budget.give(7);
    // Then
    assertThat(second).isCompletedWithValue(10L);
    assertThat(third).isNotDone();
    budget.give(10);
    assertThat(third).isCompletedWithValue(1L);
  }

  @Test
  void shouldStoreALargeAnswerOrSayThatItCannot() throws IOException {
    // Given
    try (var answers = new AnswerBodies(blobs)) {
      // When
      var ref = answers.store(anAttempt().build(), bytes("answer")).join();
      // Then
      assertThat(ref).hasValue("answers/acme/req_1.1-6");
      assertThat(blobs.get(ref.orElseThrow(), 6)).isEqualTo("answer".getBytes(UTF_8));
      Files.createFile(directory.resolve("blobs/answers/globex"));
      var other = anAttempt().setAccount("globex").build();
      assertThat(answers.store(other, bytes("answer")).join()).isEmpty();
    }
  }

  private Outcome.Failure failureOf(AttemptRequested attempt) {
    var thrown = catchThrowable(() -> bodies.load(attempt).join());
    assertThat(thrown).isInstanceOf(CompletionException.class);
    var cause = Objects.requireNonNull(thrown.getCause());
    return ((AttemptBodies.UnreadableException) cause).failure();
  }

  private static AttachedFile file(String id, String filename) {
    return new AttachedFile(id, "files/acme/1", filename, 3L);
  }

  private static AttemptRequested.Builder anAttempt() {
    return AttemptRequested.newBuilder()
        .setAttemptId("req_1.1")
        .setRequestId("req_1")
        .setAccount("acme")
        .setNumber(1)
        .setProvider("openai")
        .setModel("gpt")
        .setEndpoint("/v1/chat/completions")
        .setLane(Lane.BULK)
        .setStream(false)
        .setWrittenAt(Instant.EPOCH)
        .setStartBy(Instant.EPOCH)
        .setInputTokensEstimated(1)
        .setBody(ByteBuffer.allocate(0));
  }

  private static ByteBuffer bytes(String text) {
    return ByteBuffer.wrap(text.getBytes(UTF_8));
  }

  private static String text(ByteBuffer bytes) {
    return UTF_8.decode(bytes.duplicate()).toString();
  }
}
