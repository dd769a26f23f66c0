// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Locker
internal import RBD
internal import Rados
internal import TestSupport
internal import Testing

/// The RADOS namespace of a course whose class names none.
@Suite(.timeLimit(.minutes(2)))
struct CourseNamespaceTests {
    @Test("It bears the course's name, is made when it is missing, and the repeat finds the volume in it")
    func made() async throws {
        try await Laboratory.with { laboratory in
            let name = laboratory.io.namespace
            let main = try await laboratory.io.cluster.ioContext(pool: laboratory.io.poolName)
            try await main.removeNamespace(name)
            let request = try laboratory.request(parameters: ["course": name])
            let controller = try laboratory.controller()
            let volume = try await controller.volumes.create(request, at: controller.location, configuredNamespace: "")
            #expect(volume.namespace == name)
            #expect(try await main.namespaceExists(name))
            let second = try laboratory.controller("locker-1")
            let again = try await second.volumes.create(request, at: second.location, configuredNamespace: "")
            #expect(again == volume)
            #expect(try await laboratory.records() == [volume.record])
            let registered = try await CourseQuotas.registered(in: main)
            #expect(registered.contains { $0.course == name && $0.namespace == name })
            // A namespace that a class names is still nobody's to make.
            let named = try laboratory.request("pvc-2", parameters: ["radosNamespace": "\(name)-2"])
            await expectRefusal(.invalidArgument, saying: "rbd namespace create") {
                try await controller.volumes.create(named, at: controller.location, configuredNamespace: "")
            }
        }
    }

    @Test("A class of several pools has it in the pool that is chosen, and finds the volume from any other")
    func severalPools() async throws {
        try await Laboratory.with { laboratory in
            try await laboratory.withTwin { west in
                let name = laboratory.io.namespace
                let other = try await west.cluster.ioContext(pool: west.poolName)
                try await other.removeNamespace(name)
                func request(_ preferred: String) throws -> VolumeRequest {
                    let region = try laboratory.constrained(requisite: ["east", "west"], preferred: [preferred])
                    var parameters = region.parameters.given
                    parameters["course"] = name
                    var request = VolumeRequest(
                        name: region.name,
                        capacity: region.capacity,
                        parameters: try ClassParameters(parameters),
                        capabilities: region.capabilities
                    )
                    request.topology = region.topology
                    return request
                }
                let controller = try laboratory.controller()
                let volumes = controller.volumes
                let made = try await volumes.create(request("west"), at: controller.location, configuredNamespace: "")
                #expect(made.pool == west.poolName && made.namespace == name)
                let again = try await volumes.create(request("east"), at: controller.location, configuredNamespace: "")
                #expect(again == made)
            }
        }
    }

    @Test("A course that is registered elsewhere stays there: what an older version made is found")
    func older() async throws {
        try await Laboratory.with { laboratory in
            let name = laboratory.io.namespace
            let main = try await laboratory.io.cluster.ioContext(pool: laboratory.io.poolName)
            let request = try laboratory.request(parameters: ["course": "old-\(name)"])
            // As every version has done it whose class or config.json names a namespace.
            let volume = try await laboratory.controller().create(request)
            #expect(volume.namespace == name)
            let controller = try laboratory.controller("locker-1")
            let again = try await controller.volumes.create(request, at: controller.location, configuredNamespace: "")
            #expect(again == volume)
            #expect(try await !main.namespaceExists("old-\(name)"))
            let next = try laboratory.request("pvc-2", parameters: ["course": "old-\(name)"])
            let second = try await controller.volumes.create(next, at: controller.location, configuredNamespace: "")
            #expect(second.namespace == name)
        }
    }
}
