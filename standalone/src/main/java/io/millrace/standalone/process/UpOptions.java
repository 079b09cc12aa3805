package io.millrace.standalone.process;

import io.millrace.schemas.config.HttpConfig;
import io.millrace.schemas.config.KafkaConfig;
import io.millrace.schemas.config.MillraceConfig;
import io.millrace.schemas.config.SchemaRegistryConfig;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What the command line says about an installation; ports given here win over the file's.
 *
 * @param home where the built product is
 */
public record UpOptions(
    Path home,
    Path data,
    Optional<Path> config,
    Optional<Integer> port,
    Optional<Integer> managementPort,
    Optional<Integer> kafkaPort,
    Optional<Integer> registryPort) {

  /** The configuration with the ports given here. */
  MillraceConfig over(MillraceConfig file) {
    var http = file.http();
    var registry = file.schemaRegistry();
    return file.withHttp(
            new HttpConfig(
                http.host(),
                port.orElse(http.port()),
                managementPort.orElse(http.managementPort()),
                http.bodyMaxBytes()))
        .withKafka(
            file.kafka().embedded()
                ? kafkaPort.map(KafkaConfig::embeddedOn).orElse(file.kafka())
                : file.kafka())
        .withSchemaRegistry(
            new SchemaRegistryConfig(
                registry.embedded(),
                registryPort.orElse(registry.port()),
                registry.url(),
                registry.user(),
                registry.password()));
  }
}
