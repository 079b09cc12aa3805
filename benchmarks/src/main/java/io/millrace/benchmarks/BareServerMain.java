package io.millrace.benchmarks;

import io.millrace.bootstrap.KafkaClients;
import io.vertx.core.AbstractVerticle;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * The least that an accept can be: read the body, produce it with acks=all, answer 202. No keys, no
 * checks, no schema. What ingress does is compared with this.
 */
public final class BareServerMain {

  private static final String TOPIC = "bare.requests";
  private static final int PARTITIONS = 4;
  private static final int EVENT_LOOPS = 2;

  private BareServerMain() {}

  public static void main(String[] args) throws Exception {
    var clients = new KafkaClients(args[0], Map.of());
    clients.createMissing(List.of(new NewTopic(TOPIC, PARTITIONS, (short) 1)));
    var producer =
        clients.producer(
            Map.of(ProducerConfig.LINGER_MS_CONFIG, 1, ProducerConfig.BATCH_SIZE_CONFIG, 16384));
    var port = new AtomicInteger();
    Vertx.vertx()
        .deployVerticle(
            () -> new Server(producer, port), new DeploymentOptions().setInstances(EVENT_LOOPS))
        .toCompletionStage()
        .toCompletableFuture()
        .get();
    System.out.println("READY http://127.0.0.1:" + port.get());
  }

  private static final class Server extends AbstractVerticle {
    // One free port for all instances: a negative number stands for the same one.
    private static final int SHARED_FREE_PORT = -1;

    private final KafkaProducer<byte[], byte[]> producer;
    private final AtomicInteger port;

    Server(KafkaProducer<byte[], byte[]> producer, AtomicInteger port) {
      this.producer = producer;
      this.port = port;
    }

    @Override
    public void start(Promise<Void> started) {
      vertx
          .createHttpServer()
          .requestHandler(request -> request.bodyHandler(body -> accept(request, body)))
          .listen(SHARED_FREE_PORT, "127.0.0.1")
          .map(
              server -> {
                port.set(server.actualPort());
                return (Void) null;
              })
          .onComplete(started);
    }

    private void accept(HttpServerRequest request, Buffer body) {
      var context = vertx.getOrCreateContext();
      producer.send(
          new ProducerRecord<>(TOPIC, body.getBytes()),
          (metadata, failure) ->
              context.runOnContext(
                  acknowledged ->
                      request.response().setStatusCode(failure == null ? 202 : 503).end()));
    }
  }
}
