/**
 * What every process needs and no domain knows: reading a configuration file, starting and stopping
 * services in order, the management port, clients of Kafka.
 */
@NullMarked
package io.millrace.bootstrap;

import org.jspecify.annotations.NullMarked;
