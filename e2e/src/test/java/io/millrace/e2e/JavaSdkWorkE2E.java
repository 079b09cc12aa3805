package io.millrace.e2e;

import static io.millrace.e2e.ChatInstallation.eventually;
import static io.millrace.e2e.ChatInstallation.prompt;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.MultipartField;
import com.openai.errors.NotFoundException;
import com.openai.helpers.ResponseAccumulator;
import com.openai.models.batches.Batch;
import com.openai.models.batches.BatchCreateParams;
import com.openai.models.batches.BatchListParams;
import com.openai.models.files.FileCreateParams;
import com.openai.models.files.FileListParams;
import com.openai.models.files.FileObject;
import com.openai.models.files.FilePurpose;
import com.openai.models.responses.Response;
import com.openai.models.responses.ResponseCreateParams;
import com.openai.models.responses.ResponseRetrieveParams;
import com.openai.models.responses.ResponseStatus;
import com.openai.models.responses.ResponseStreamEvent;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.Timeout;

/** OpenAI's client for Java with what outlives a call: files, batches and responses. */
@TestInstance(Lifecycle.PER_CLASS)
@Timeout(90)
class JavaSdkWorkE2E {

  private static final Set<Batch.Status> ENDS =
      Set.of(
          Batch.Status.COMPLETED,
          Batch.Status.FAILED,
          Batch.Status.CANCELLED,
          Batch.Status.EXPIRED);

  private final SdkInstallation installation = SdkInstallation.start();
  private final OpenAIClient client =
      OpenAIOkHttpClient.builder().baseUrl(installation.baseUrl()).apiKey(Installation.KEY).build();

  JavaSdkWorkE2E() throws IOException {}

  @AfterAll
  void stop() {
    client.close();
    installation.close();
  }

  // ---- files

  @Test
  void shouldKeepAFileUntilItIsDeleted() {
    // When
    var file = upload(FilePurpose.USER_DATA, "note.txt", "The mill is closed.").validate();
    // Then
    assertThat(file.filename()).isEqualTo("note.txt");
    assertThat(file.bytes()).isEqualTo(19);
    assertThat(client.files().retrieve(file.id()).validate().id()).isEqualTo(file.id());
    assertThat(content(file.id())).isEqualTo("The mill is closed.");
    assertThat(client.files().delete(file.id()).validate().deleted()).isTrue();
    assertThatExceptionOfType(NotFoundException.class)
        .isThrownBy(() -> client.files().retrieve(file.id()));
  }

  @Test
  void shouldListFilesPageByPage() {
    // Given
    var ids =
        IntStream.range(0, 5)
            .mapToObj(i -> upload(FilePurpose.VISION, i + ".png", "x").id())
            .toList();
    // When
    var listed =
        client
            .files()
            .list(FileListParams.builder().purpose("vision").limit(2).build())
            .autoPager()
            .stream()
            .map(file -> file.validate().id())
            .toList();
    // Then
    assertThat(listed).containsExactlyElementsOf(ids.reversed());
  }

  // ---- batches

  @Test
  void shouldRunABatchToItsEnd() {
    // When
    var batch = batchOf(IntStream.range(0, 10).mapToObj(i -> line("line-" + i)).toList());
    var done = ended(batch);
    // Then
    assertThat(done.status()).isEqualTo(Batch.Status.COMPLETED);
    assertThat(done.requestCounts().orElseThrow().completed()).isEqualTo(10);
    assertThat(done.usage().orElseThrow().outputTokens()).isEqualTo(120);
    assertThat(done.errorFileId()).isEmpty();
    var output = content(done.outputFileId().orElseThrow()).lines().map(Client::parse).toList();
    assertThat(output)
        .extracting(one -> one.path("custom_id").asText())
        .containsExactlyInAnyOrderElementsOf(
            IntStream.range(0, 10).mapToObj(i -> "line-" + i).toList());
    assertThat(output).allMatch(one -> one.at("/response/status_code").asInt() == 200);
  }

  @Test
  void shouldTellWhatIsWrongWithABatch() {
    // When
    var done = ended(batchOf(List.of(line("same"), line("same"))));
    // Then
    assertThat(done.status()).isEqualTo(Batch.Status.FAILED);
    var error = done.errors().orElseThrow().data().orElseThrow().getFirst();
    assertThat(error.line()).contains(2L);
    assertThat(error.code()).contains("duplicate_custom_id");
  }

  @Test
  void shouldListBatchesPageByPageAndCancel() {
    // Given
    var ids =
        new ArrayList<>(
            IntStream.range(0, 3).mapToObj(i -> batchOf(List.of(line("one"))).id()).toList());
    ids.add(batchOf(List.of(line("slow").replace("steady", "slow"))).id());
    // When
    var listed =
        client.batches().list(BatchListParams.builder().limit(2).build()).autoPager().stream()
            .map(batch -> batch.validate().id())
            .limit(4)
            .toList();
    var cancelled = client.batches().cancel(ids.getLast()).validate();
    // Then
    assertThat(listed).containsExactlyElementsOf(ids.reversed());
    assertThat(cancelled.status()).isIn(Batch.Status.CANCELLING, Batch.Status.CANCELLED);
  }

  // ---- responses

  @Test
  void shouldCreateAndKeepAResponseUntilItIsDeleted() {
    // When
    var created = client.responses().create(response("steady").build()).validate();
    // Then
    assertThat(created.status()).contains(ResponseStatus.COMPLETED);
    assertThat(created.output().getFirst().asMessage().content()).hasSize(1);
    assertThat(client.responses().retrieve(created.id()).validate()).isEqualTo(created);
    var items = client.responses().inputItems().list(created.id()).autoPager().stream().toList();
    assertThat(items).hasSize(1);
    client.responses().delete(created.id());
    assertThatExceptionOfType(NotFoundException.class)
        .isThrownBy(() -> client.responses().retrieve(created.id()));
  }

  @Test
  void shouldStreamAResponseAndPutItTogether() {
    // Given
    var accumulator = ResponseAccumulator.create();
    // When
    var events = streamed(response("paced"));
    events.forEach(accumulator::accumulate);
    // Then
    assertThat(events.getFirst().isCreated()).isTrue();
    assertThat(events.getLast().isCompleted()).isTrue();
    assertThat(accumulator.response().output()).hasSize(1);
  }

  @Test
  void shouldPollAResponseInTheBackground() {
    // When
    var created = client.responses().create(response("paced").background(true).build()).validate();
    // Then
    assertThat(created.status()).isNotEqualTo(java.util.Optional.of(ResponseStatus.COMPLETED));
    assertThat(ended(created).status()).contains(ResponseStatus.COMPLETED);
  }

  @Test
  void shouldCancelAResponseInTheBackground() {
    // Given
    var created = client.responses().create(response("slow").background(true).build());
    // When
    client.responses().cancel(created.id()).validate();
    // Then
    assertThat(ended(created).status()).contains(ResponseStatus.CANCELLED);
  }

  @Test
  void shouldTakeUpAStreamWhereItWasLeft() {
    // Given
    var all = streamed(response("paced").background(true));
    var id = all.getFirst().asCreated().response().id();
    // When
    var rest = resumed(id, 4);
    // Then
    assertThat(rest).hasSize(all.size() - 5);
    assertThat(rest.getLast().isCompleted()).isTrue();
  }

  // ---- helpers

  private static ResponseCreateParams.Builder response(String model) {
    return ResponseCreateParams.builder().model(model).input(prompt());
  }

  private List<ResponseStreamEvent> streamed(ResponseCreateParams.Builder params) {
    try (var response = client.responses().createStreaming(params.build())) {
      return response.stream().map(event -> event.validate()).toList();
    }
  }

  private List<ResponseStreamEvent> resumed(String id, long after) {
    var params = ResponseRetrieveParams.builder().startingAfter(after).build();
    try (var response = client.responses().retrieveStreaming(id, params)) {
      return response.stream().map(event -> event.validate()).toList();
    }
  }

  private Response ended(Response response) {
    return eventually()
        .until(
            () -> client.responses().retrieve(response.id()).validate(),
            now ->
                !Set.of(ResponseStatus.QUEUED, ResponseStatus.IN_PROGRESS)
                    .contains(now.status().orElseThrow()));
  }

  private FileObject upload(FilePurpose purpose, String name, String content) {
    return client
        .files()
        .create(
            FileCreateParams.builder()
                .purpose(purpose)
                .file(
                    MultipartField.<InputStream>builder()
                        .value(new ByteArrayInputStream(content.getBytes(StandardCharsets.UTF_8)))
                        .filename(name)
                        .build())
                .build());
  }

  private String content(String fileId) {
    try (var response = client.files().content(fileId);
        var body = response.body()) {
      return new String(body.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read the content", e);
    }
  }

  private Batch batchOf(List<String> lines) {
    var file = upload(FilePurpose.BATCH, "lines.jsonl", String.join("\n", lines) + "\n");
    return client
        .batches()
        .create(
            BatchCreateParams.builder()
                .inputFileId(file.id())
                .endpoint(BatchCreateParams.Endpoint.V1_CHAT_COMPLETIONS)
                .completionWindow(BatchCreateParams.CompletionWindow._24H)
                .build())
        .validate();
  }

  private Batch ended(Batch batch) {
    return eventually()
        .until(
            () -> client.batches().retrieve(batch.id()).validate(),
            now -> ENDS.contains(now.status()));
  }

  private static String line(String customId) {
    JsonNode line =
        Client.JSON
            .createObjectNode()
            .put("custom_id", customId)
            .put("method", "POST")
            .put("url", "/v1/chat/completions")
            .set("body", Client.parse(Client.chat("steady", prompt())));
    return line.toString();
  }
}
