package io.millrace.ingress;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.millrace.bootstrap.KafkaClients;
import io.millrace.bootstrap.blobs.BlobStores;
import io.millrace.schemas.InMemorySchemaIds;
import io.millrace.schemas.Topic;
import io.millrace.schemas.Topics;
import io.millrace.schemas.config.AccountConfig;
import io.millrace.schemas.config.AccountLimits;
import io.millrace.schemas.config.HttpConfig;
import io.millrace.schemas.config.KeyConfig;
import io.millrace.schemas.config.MillraceConfig;
import io.millrace.schemas.config.ProviderConfig;
import io.millrace.schemas.config.RetryConfig;
import io.millrace.schemas.config.RouteConfig;
import io.millrace.schemas.config.Secrets;
import io.millrace.schemas.config.TargetConfig;
import io.millrace.schemas.config.TopicsConfig;
import io.millrace.testkit.KafkaBroker;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.TopicPartition;
import org.awaitility.Awaitility;

/**
 * Ingress on a real broker, with the test in the place of dispatcher and workers: it reads what was
 * submitted and says what came of it.
 */
final class Installation implements AutoCloseable {

  static final String KEY = "sk-acme";
  static final String OTHER_KEY = "sk-globex";
  static final String ADMIN_KEY = "sk-admin";
  static final String CHAT =
      """
      {"model": "gpt-4o-mini", "messages": [{"role": "user", "content": "hello"}]}""";

  final Topics topics;
  final MillraceConfig config;
  private final KafkaClients kafka;
  private final Vertx vertx = Vertx.vertx();
  private final HttpClient http = HttpClient.newHttpClient();
  private final Path directory;
  private final KafkaProducer<byte[], byte[]> producer;
  private final KafkaConsumer<byte[], byte[]> requests;
  private final List<SpecificRecord> submitted = new ArrayList<>();
  private IngressService service;

  Installation(Path directory) {
    this(directory, config -> config);
  }

  Installation(Path directory, UnaryOperator<MillraceConfig> change) {
    this(directory, KafkaBroker.shared().clients(), change);
  }

  Installation(Path directory, KafkaClients kafka, UnaryOperator<MillraceConfig> change) {
    this.directory = directory;
    this.kafka = kafka;
    this.config = change.apply(config());
    this.topics = new Topics(config.topics(), new InMemorySchemaIds());
    kafka.createMissing(
        topics.catalogue(List.of()).stream().map(topic -> topic.toNewTopic(1)).toList());
    producer = kafka.producer(Map.of());
    requests = kafka.consumer(Map.of());
    var partitions =
        requests.partitionsFor(topics.requests().name()).stream()
            .map(found -> new TopicPartition(found.topic(), found.partition()))
            .toList();
    requests.assign(partitions);
    requests.seekToBeginning(partitions);
    service = started();
  }

  private IngressService started() {
    var ingress =
        new IngressService(
            config,
            kafka,
            topics,
            vertx,
            new SimpleMeterRegistry(),
            directory,
            BlobStores.at("", directory),
            (call, output) -> Optional.empty(),
            Clock.systemUTC(),
            Optional.of(Secrets.sha256(ADMIN_KEY)));
    ingress.start();
    return ingress;
  }

  void restart() {
    service.stop();
    service = started();
  }

  IngressService service() {
    return service;
  }

  private static MillraceConfig config() {
    var provider = ProviderConfig.of("openai", "openai", "");
    return MillraceConfig.defaults()
        .withTopics(new TopicsConfig(KafkaBroker.prefix(Installation.class), 2, 1, 1))
        .withHttp(new HttpConfig("127.0.0.1", 0, 0, 1 << 20))
        .withAccounts(List.of(account("acme", KEY), account("globex", OTHER_KEY)))
        .withProviders(
            List.of(provider), List.of(route("gpt-4o-mini"), route("org/embed:1")), List.of());
  }

  private static RouteConfig route(String model) {
    return new RouteConfig(
        model, "order", List.of(new TargetConfig("openai", model)), RetryConfig.defaults());
  }

  private static AccountConfig account(String id, String secret) {
    return new AccountConfig(
        id,
        List.of(new KeyConfig("ci", Secrets.sha256(secret))),
        List.of(),
        AccountLimits.defaults(),
        1,
        "");
  }

  HttpRequest.Builder call(String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + service.port() + path))
        .timeout(Duration.ofSeconds(30))
        .header("Authorization", "Bearer " + KEY);
  }

  HttpRequest.Builder chat() {
    return call("/v1/chat/completions").POST(BodyPublishers.ofString(CHAT));
  }

  HttpResponse<String> send(HttpRequest.Builder call) throws IOException, InterruptedException {
    return http.send(call.build(), BodyHandlers.ofString());
  }

  CompletableFuture<HttpResponse<String>> sendAsync(HttpRequest.Builder call) {
    return http.sendAsync(call.build(), BodyHandlers.ofString());
  }

  CompletableFuture<HttpResponse<java.util.stream.Stream<String>>> sendForLinesAsync(
      HttpRequest.Builder call) {
    return http.sendAsync(call.build(), BodyHandlers.ofLines());
  }

  HttpResponse<java.util.stream.Stream<String>> sendForLines(HttpRequest.Builder call)
      throws IOException, InterruptedException {
    return http.send(call.build(), BodyHandlers.ofLines());
  }

  /** The first record of this kind and request on llm.requests, once it is there. */
  <V extends SpecificRecord> V await(Class<V> type, Predicate<V> wanted) {
    Supplier<Optional<V>> found =
        () ->
            submitted.stream().filter(type::isInstance).map(type::cast).filter(wanted).findFirst();
    Awaitility.await()
        .atMost(Duration.ofSeconds(20))
        .until(
            () -> {
              requests
                  .poll(Duration.ofMillis(50))
                  .forEach(
                      record -> submitted.add(topics.requests().serde().fromBytes(record.value())));
              return found.get().isPresent();
            });
    return found.get().orElseThrow();
  }

  <V extends SpecificRecord> void say(Topic<V> topic, String key, V record, String requestId) {
    producer.send(topic.record(key, record, requestId));
    producer.flush();
  }

  @Override
  public void close() {
    service.stop();
    producer.close();
    requests.close();
    vertx.close();
  }
}
